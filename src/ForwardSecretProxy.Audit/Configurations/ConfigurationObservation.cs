namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>What a server's configuration says about its TLS.</summary>
/// <param name="Software">Whose it is: <c>fsp</c>, <c>nginx</c>, <c>haproxy</c>, <c>apache</c>, <c>postfix</c> or <c>dovecot</c>.</param>
public sealed record ConfigurationObservation(string Software)
{
    /// <summary>When it was read, which the ages of files are counted to.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The files that were read, in the order in which they were.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The virtual servers and listeners that speak TLS.</summary>
    public IReadOnlyList<ServiceObservation> Services { get; init; } = [];

    /// <summary>What could not be read or followed, and what had to be assumed.</summary>
    public IReadOnlyList<ConfigurationGap> Gaps { get; init; } = [];
}
