using System.Collections.Concurrent;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Servers of the catalogue, each started when the first test asks for it and running until the last has ended.</summary>
public sealed class RunningServers : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Lazy<Task<AuditedServer>>> _servers = [];

    /// <summary>Their keys and certificates.</summary>
    public Identities Identities { get; } = new();

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values)
            await (await server.Value).DisposeAsync();
        Identities.Dispose();
    }

    /// <summary>The server of that name.</summary>
    internal Task<AuditedServer> GetAsync(string name) => _servers.GetOrAdd(
        name, _ => new Lazy<Task<AuditedServer>>(() => Catalogue.StartAsync(name, Identities))).Value;
}
