using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Relaying;

/// <summary>
/// One client's connection while it is relayed: its end, its backend's end once there is one, and when either last said
/// something. Thread-safe.
/// </summary>
internal sealed class Relay
{
    /// <summary>What is moved at once: four TLS records (RFC 8446 section 5.1), for one system call on the plain side.</summary>
    private const int ChunkSize = 64 * 1024;

    private readonly long _idleMs;
    private readonly long _deadlineMs;
    private long _lastMs = Environment.TickCount64;
    private IRelayEnd? _backend;
    private volatile bool _isClientsTurn = true;
    private volatile bool _isAborted;

    /// <summary>Begins.</summary>
    /// <param name="client">The client's end.</param>
    /// <param name="counters">What is counted.</param>
    /// <param name="idle">How long nobody may say anything.</param>
    /// <param name="limit">How long it may last in all; null for as long as it likes.</param>
    public Relay(IRelayEnd client, RelayCounters counters, TimeSpan idle, TimeSpan? limit = null)
    {
        (Client, Counters) = (client, counters);
        _idleMs = (long)idle.TotalMilliseconds;
        _deadlineMs = limit is { } most ? _lastMs + (long)most.TotalMilliseconds : long.MaxValue;
    }

    /// <summary>The client's end.</summary>
    public IRelayEnd Client { get; }

    /// <summary>What is counted.</summary>
    public RelayCounters Counters { get; }

    /// <summary>Whether its time is over.</summary>
    public bool IsOverdue(long nowMs) => nowMs - Volatile.Read(ref _lastMs) > _idleMs || nowMs > _deadlineMs;

    /// <summary>
    /// Whether the backend spoke last, and that is so long ago: nobody waits for an answer. Of plain TCP that cannot be told.
    /// </summary>
    public bool IsAtRest(long nowMs, TimeSpan time) =>
        _isClientsTurn && Counters.IsMail && nowMs - Volatile.Read(ref _lastMs) >= (long)time.TotalMilliseconds;

    /// <summary>Takes the backend's end, to be aborted with this.</summary>
    public void Attach(IRelayEnd? backend)
    {
        Volatile.Write(ref _backend, backend);
        if (_isAborted) backend?.Abort();
    }

    /// <summary>Notes that something was said.</summary>
    public void Note(int bytes, bool fromClient)
    {
        Volatile.Write(ref _lastMs, Environment.TickCount64);
        _isClientsTurn = !fromClient;
        Counters.Relayed(bytes, fromClient);
    }

    /// <summary>
    /// Lets go of the backend, after which the client is told of the end as if the backend had closed. At any time, from any thread.
    /// </summary>
    public void Finish()
    {
        if (Volatile.Read(ref _backend) is { } backend) backend.Abort();
        else Abort();
    }

    /// <summary>Ends whatever waits on either connection. At any time, from any thread.</summary>
    public void Abort()
    {
        _isAborted = true;
        Client.Abort();
        Volatile.Read(ref _backend)?.Abort();
    }

    /// <summary>
    /// Moves all that comes from one end to the other, at the pace of the slower one, and then ends the outgoing stream there.
    /// A connection that breaks ends it as well: what the other direction still has is not lost by that.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled in the middle.</exception>
    public async Task PumpAsync(IRelayEnd from, IRelayEnd to, CancellationToken cancellationToken = default)
    {
        var buffer = default(ScratchBuffer);
        try
        {
            int count;
            do
            {
                // Waits without a buffer: thousands of idle connections hold none.
                await from.ReadAsync(Memory<byte>.Empty, cancellationToken);
                buffer = ScratchBuffer.Rent(ChunkSize);
                do
                {
                    count = await from.ReadAsync(buffer.Memory, cancellationToken);
                    if (!await TryWriteAsync(to, buffer.Use(count), from == Client)) return;
                }
                while (count == ChunkSize);
                buffer.Return();
                buffer = default;
            }
            while (count > 0);
        }
        catch (IOException)
        {
            // What had arrived before is passed on; so is that there will be no more.
        }
        finally
        {
            buffer.Return();
        }

        await TryEndAsync(to);
    }

    /// <summary>Passes bytes on, and notes it; false when the connection is broken.</summary>
    public async ValueTask<bool> TryWriteAsync(IRelayEnd to, ReadOnlyMemory<byte> bytes, bool fromClient)
    {
        Note(bytes.Length, fromClient);
        try
        {
            if (!bytes.IsEmpty) await to.WriteAsync(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Ends the outgoing stream, if there is still one.</summary>
    public static async ValueTask TryEndAsync(IRelayEnd end)
    {
        try
        {
            await end.EndAsync();
        }
        catch (IOException)
        {
            // It is broken: that is an end, too.
        }
    }
}

/// <summary>Whose connection is relayed.</summary>
/// <param name="Client">The client's address, behind a load balancer too.</param>
/// <param name="Local">Where it connected to.</param>
/// <param name="Session">What TLS agreed on; null in the clear.</param>
internal readonly record struct RelayedClient(IPEndPoint Client, IPEndPoint Local, TlsSessionInfo? Session);
