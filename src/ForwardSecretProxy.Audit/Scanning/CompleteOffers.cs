using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What a complete handshake offers a server of which is known what it takes: nothing that it does not.</summary>
internal static class CompleteOffers
{
    /// <summary>For TLS 1.3, or null when the server does not speak it, or in no suite that can be completed here.</summary>
    public static HandshakeOffer? ForTls13(EndpointObservation seen) => For(seen, TlsVersion.Tls13);

    /// <summary>For the newest version before TLS 1.3, or null; as for the other.</summary>
    public static HandshakeOffer? ForOlder(EndpointObservation seen) => seen.Versions
        .Where(version => version.Supported == Answer.Yes && version.Version is >= TlsVersion.Tls10 and <= TlsVersion.Tls12)
        .OrderByDescending(version => version.Version)
        .Select(version => For(seen, version.Version)).FirstOrDefault(offer => offer is not null);

    /// <summary>What is said of versions that are spoken, though in no suite that can be completed here; null when there are none.</summary>
    /// <param name="seen">What is known.</param>
    /// <param name="subject">What is not known then, as "session tickets".</param>
    /// <param name="isTls13">Whether it is about TLS 1.3, or about what was before.</param>
    public static string? GapOf(EndpointObservation seen, string subject, bool isTls13) =>
        seen.Versions.Any(version => version.Supported == Answer.Yes && version.Version > TlsVersion.Ssl2
            && (version.Version == TlsVersion.Tls13) == isTls13)
            ? $"Of {subject} nothing is known: the server speaks {(isTls13 ? "TLS 1.3" : "TLS 1.2 or before")}, but with no suite that can be completed here."
            : null;

    private static HandshakeOffer? For(EndpointObservation seen, TlsVersion version)
    {
        if (seen.Find(version) is not { } spoken)
            return null;
        var suites = spoken.Suites.Where(CompletableSuites.CanComplete).OrderByDescending(suite => suite.IsEphemeral).ToList();
        if (suites.Count == 0)
            return null;
        var offer = new HandshakeOffer(version) { ServerName = seen.ServerName, Suites = suites };
        // Groups in the server's order make a second ClientHello needless.
        var groups = seen.Groups.FirstOrDefault(each => (each.Version == TlsVersion.Tls13) == (version == TlsVersion.Tls13))?.Groups;
        return groups is not { Count: > 0 } ? offer : offer with { Groups = [.. groups, .. offer.Groups.Except(groups)] };
    }
}
