using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>The running server, as the admin listener looks at it.</summary>
internal interface IServerState
{
    /// <summary>What is served now.</summary>
    PreparedServer Current { get; }

    /// <summary>What was found in the configuration and did not keep it from being served.</summary>
    IReadOnlyList<ConfigurationProblem> Problems { get; }

    /// <summary>What came of the last reload when it was refused; null when what is served is what the files say.</summary>
    ReloadReport? Refused { get; }

    /// <summary>When listening began.</summary>
    DateTimeOffset Started { get; }

    /// <summary>Whether the listeners have begun to accept.</summary>
    bool IsListening { get; }

    /// <summary>Whether it stops: no new connections are taken.</summary>
    bool IsDraining { get; }

    /// <summary>Reads the configuration again, and serves it if nothing is wrong with it.</summary>
    Task<ReloadReport> ReloadAsync(CancellationToken cancellationToken);
}
