namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A server on 127.0.0.1 that is there to be audited.</summary>
/// <param name="port">Where it listens.</param>
/// <param name="parts">What it is made of; disposed of in this order.</param>
internal sealed class AuditedServer(int port, params IAsyncDisposable[] parts) : IAsyncDisposable
{
    /// <summary>Where it listens.</summary>
    public int Port { get; } = port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts)
            await part.DisposeAsync();
    }
}
