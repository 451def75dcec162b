using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Scans a server as it was named.</summary>
public static class TargetScanner
{
    /// <summary>Scans.</summary>
    /// <param name="target">The server.</param>
    /// <param name="connector">Connects to it; can be used further.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="progress">Told of each step's end.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="ConnectFailedException">Nobody answers: there is nothing to scan.</exception>
    public static async Task<EndpointObservation> ScanAsync(
        AuditTarget target, Connector connector, ScanOptions options, IProgress<ScanProgress>? progress, CancellationToken stop)
    {
        // The first connection settles the address, or that there is nobody.
        await using (await connector.OpenAsync(stop))
        {
        }

        var begun = new EndpointObservation
        {
            Host = target.Host,
            Port = target.Port,
            Address = connector.Address.Address.ToString(),
            ServerName = target.ServerName,
            StartTls = target.StartTls?.ToText(),
            At = DateTimeOffset.UtcNow,
        };
        var seen = await EndpointScanner.ScanAsync(connector.OpenAsync, begun, options, progress, stop);
        return seen with { Connections = connector.Connections };
    }
}
