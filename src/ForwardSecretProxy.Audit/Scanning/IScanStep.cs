using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Puts what one step learnt into what the others did. Steps of a stage run at once, so each changes its own parts alone.</summary>
internal delegate EndpointObservation Learnt(EndpointObservation seen);

/// <summary>One question about a server.</summary>
internal interface IScanStep
{
    /// <summary>What it is about, for people who wait for it.</summary>
    string Name { get; }

    /// <summary>Asks the server.</summary>
    /// <param name="scan">The way to the server.</param>
    /// <param name="seen">What the stages before learnt.</param>
    /// <param name="stop">Stops it.</param>
    Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop);
}
