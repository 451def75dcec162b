using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Where the checks draw their lines.</summary>
public sealed record CheckLimits
{
    /// <summary>
    /// How long one ticket key, or one cached session, may live. Default a day: a leak then opens a day, and that is what
    /// browsers and the larger sites have settled on.
    /// </summary>
    public TimeSpan Secrets { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The fewest key shares of one group that say something about reuse. Default 8: a server of 16 processes, each with
    /// one key share of its own, repeats one within 8 handshakes in seven of eight scans.
    /// </summary>
    public int KeyShareSamples { get; init; } = 8;

    /// <summary>Roots to trust beside the system's own; null for the system's alone.</summary>
    public X509Certificate2Collection? Roots { get; init; }
}
