using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Scanning;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The servers of the catalogue, each scanned as a whole, and once.</summary>
public sealed class ScannedServers : IAsyncLifetime, IDisposable
{
    /// <summary>A scan waits for its server more than it computes.</summary>
    private const int ScansAtOnce = 4;

    private readonly RunningServers _servers = new();
    private readonly SemaphoreSlim _places = new(ScansAtOnce);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task<EndpointObservation>> _seen = [];

    /// <summary>Their keys and certificates.</summary>
    internal Identities Identities => _servers.Identities;

    /// <summary>Every check, with their root trusted.</summary>
    internal IReadOnlyList<IEndpointCheck> Checks
    {
        get
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(Identities.RootFile);
            return EndpointChecks.Create(new CheckLimits { Roots = roots });
        }
    }

    /// <summary>With the fewest samples that the checks take.</summary>
    private static ScanOptions Options { get; } = new() { Samples = 8, Address = IPAddress.Loopback };

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        // Begun, and not waited for: the tests begin with what is there.
        foreach (var entry in Catalogue.All)
            _seen[entry.Name] = ScanAsync(entry.Name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_seen.Values).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _servers.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _places.Dispose();
    }

    /// <summary>What was seen of the server of that name.</summary>
    internal Task<EndpointObservation> GetAsync(string name) => _seen[name];

    /// <summary>What the checks say about the server of that name.</summary>
    internal async Task<Judgement> JudgeAsync(string name) => EndpointJudge.Judge(await GetAsync(name), Checks);

    /// <summary>The server of that name itself.</summary>
    internal Task<AuditedServer> RunAsync(string name) => _servers.GetAsync(name);

    private async Task<EndpointObservation> ScanAsync(string name)
    {
        await _places.WaitAsync(_stop.Token);
        try
        {
            var server = await _servers.GetAsync(name);
            return await EndpointScanner.ScanAsync(new AuditTarget(Identities.Host, server.Port), Options, null, _stop.Token);
        }
        finally
        {
            _places.Release();
        }
    }
}
