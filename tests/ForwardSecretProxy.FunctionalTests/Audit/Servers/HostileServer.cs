using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Bench;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A server that is out to hang or to exhaust whoever asks it.</summary>
/// <param name="Name">What it does.</param>
/// <param name="ActAsync">What it does with a connection.</param>
internal sealed record HostileServer(string Name, Func<Stream, CancellationToken, Task> ActAsync)
{
    /// <summary>
    /// How long an audit may take at the most that gives up on each connection after a second. One that waits where it
    /// must not, or without a limit, takes longer, or for ever.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>How much memory such an audit may use at the most for what this server sends, in bytes.</summary>
    public const long MemoryLimit = 256 * 1024 * 1024;

    /// <summary>Starts it.</summary>
    public AuditedServer Start()
    {
        var server = new ScriptedServer(async (socket, stop) =>
        {
            // Some never wait for anything, and the next connection is to be accepted meanwhile.
            await Task.Yield();
            await using var stream = new NetworkStream(socket);
            await ActAsync(stream, stop);
        });
        return new AuditedServer(server.Port, server);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
