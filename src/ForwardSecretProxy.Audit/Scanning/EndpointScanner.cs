using System.Diagnostics;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Scanning.Steps;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// Looks at one server from all sides. A scan is a list of stages, one after the other; the steps of a stage run at once. Each step is
/// given what the stages before it learnt, and gives back what it learnt itself as a change of the observation. A new question
/// is a new step in <see cref="Stages"/>.
/// </summary>
public static class EndpointScanner
{
    private static readonly IReadOnlyList<IReadOnlyList<IScanStep>> Stages =
    [
        [new VersionsStep()],
        // When it is known what the server answers: it closes the connection on SSL 2.0, and it may do so on everything.
        [new Ssl2Step()],
        [new SuitesStep(), new TypicalClientStep()],
        [
            new GroupsStep(), new Tls13GroupsStep(), new SignatureSchemesStep(), new CertificatesStep(), new FeaturesStep(),
            new ApplicationProtocolsStep(),
        ],
        [new KeySharesStep()],
        [
            new Tls12TicketsStep(), new SessionIdsStep(), new Tls13ResumptionStep(), new Tls13CertificatesStep(),
            new Tls13HeartbeatStep(), new RenegotiationStep(),
        ],
        [new HttpStep(), new SessionIdsLaterStep()],
    ];

    /// <summary>Scans a server.</summary>
    /// <param name="target">Which.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="progress">Told of each step's end.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>What was seen. A server that answers nothing, or no more, is no exception: <see cref="EndpointObservation.Gaps"/> says so.</returns>
    /// <exception cref="ConnectFailedException">There is no connection to it.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public static async Task<EndpointObservation> ScanAsync(
        AuditTarget target, ScanOptions options, IProgress<ScanProgress>? progress, CancellationToken stop)
    {
        target = target with { ServerName = options.ServerName ?? target.ServerName };
        return await ScanAsync(target, new Connector(target, new ConnectorOptions
        {
            Address = options.Address,
            Timeout = options.Timeout,
            Gates = options.Gates ?? new ConnectionGates { MostAtOnce = options.Parallel },
        }), options, progress, stop);
    }

    /// <summary>Scans a server over a connector that can be used further, as for a watch of the same address.</summary>
    /// <param name="target">Which.</param>
    /// <param name="connector">Connects to it, within its own limits: those of <paramref name="options"/> do not count.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="progress">Told of each step's end.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>What was seen, as from the other.</returns>
    /// <exception cref="ConnectFailedException">There is no connection to it.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public static async Task<EndpointObservation> ScanAsync(
        AuditTarget target, Connector connector, ScanOptions options, IProgress<ScanProgress>? progress, CancellationToken stop)
    {
        var at = DateTimeOffset.UtcNow;
        // The first connection settles the address, or that there is nobody.
        await (await connector.OpenAsync(stop)).DisposeAsync();
        var begun = new EndpointObservation
        {
            Host = target.Host,
            Port = target.Port,
            Address = connector.Address.Address.ToString(),
            ServerName = target.ServerName,
            StartTls = target.StartTls?.ToText(),
            At = at,
        };
        return await ScanAsync(connector.OpenAsync, begun, options, progress, stop, connector.SlowDown) with
        {
            Connections = connector.Connections,
        };
    }

    /// <summary>Scans.</summary>
    /// <param name="open">Opens a connection that is at TLS's first byte.</param>
    /// <param name="begun">What is known of the server before.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="progress">Told of each step's end.</param>
    /// <param name="stop">Stops it.</param>
    /// <param name="slowDown">Makes fewer connections from now on; null for nobody who could.</param>
    internal static async Task<EndpointObservation> ScanAsync(
        Func<CancellationToken, Task<Stream>> open, EndpointObservation begun, ScanOptions options,
        IProgress<ScanProgress>? progress, CancellationToken stop, Action? slowDown = null)
    {
        var clock = Stopwatch.GetTimestamp();
        using var scan = new Scan(open, begun.ServerName, options, slowDown);
        var seen = begun;
        var done = 0;
        foreach (var stage in Stages)
        {
            var before = seen;
            var learnt = await Task.WhenAll(stage.Select(step => RunAsync(step, before)));
            seen = learnt.Aggregate(seen, (all, change) => change(all));
        }

        return seen with
        {
            Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds,
            Connections = scan.Connections,
            DhParameters = scan.Tally.DhParameters,
            KeyShares = scan.Tally.KeyShares,
            HandshakeSignatures = [.. seen.HandshakeSignatures, .. scan.Tally.Signatures],
            Features = seen.Features with { Extensions = [.. seen.Features.Extensions.Union(scan.Tally.Extensions).Order()] },
            Gaps = [.. seen.Gaps, .. scan.Gaps],
        };

        async Task<Learnt> RunAsync(IScanStep step, EndpointObservation before)
        {
            var learnt = await step.RunAsync(scan, before, stop);
            progress?.Report(new ScanProgress(step.Name, Interlocked.Increment(ref done), Stages.Sum(stage => stage.Count)));
            return learnt;
        }
    }
}
