using System.Diagnostics;
using System.Text;

namespace ForwardSecretProxy.Bench;

/// <summary>What the connections of one thread have in common.</summary>
internal sealed class BenchWork
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Prepares it.</summary>
    public BenchWork(BenchOptions options, LoopRecorder recorder)
    {
        Options = options;
        Recorder = recorder;
        Requirement = new SessionRequirement(options);
        TimeoutTicks = (long)(options.Timeout.TotalSeconds * Stopwatch.Frequency);
        var host = options.ServerName ?? options.Target.ToString();
        Request = options.Request is { } path
            ? Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: fsp-bench\r\nConnection: close\r\n\r\n")
            : ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>What is asked for.</summary>
    public BenchOptions Options { get; }

    /// <summary>Where outcomes go.</summary>
    public LoopRecorder Recorder { get; }

    /// <summary>What handshakes are checked against.</summary>
    public SessionRequirement Requirement { get; }

    /// <summary>The request; empty for none.</summary>
    public ReadOnlyMemory<byte> Request { get; }

    /// <summary>For what is read; one connection at a time uses it.</summary>
    public byte[] Buffer { get; } = new byte[BufferSize];

    /// <summary>A connection's time limit on <see cref="Stopwatch"/>'s clock.</summary>
    public long TimeoutTicks { get; }
}
