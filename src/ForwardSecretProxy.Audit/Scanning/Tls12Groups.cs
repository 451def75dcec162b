using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// Offers that show a server's curves in TLS 1.2 and before. A server with an ECDSA certificate refuses clients that do not list
/// its certificate's curve (RFC 8422 section 5.1), so that one is always listed, last; suites with RSA need nothing of the
/// kind and are preferred.
/// </summary>
internal sealed class Tls12Groups
{
    private readonly Scan _scan;
    private readonly TlsVersion _version;
    private readonly IReadOnlyList<ushort> _suites;
    private readonly NamedGroup? _needed;

    private Tls12Groups(Scan scan, TlsVersion version, IReadOnlyList<ushort> suites, NamedGroup? needed) =>
        (_scan, _version, _suites, _needed) = (scan, version, suites, needed);

    /// <summary>Prepares them; null when there is no suite with curves.</summary>
    public static async Task<Tls12Groups?> CreateAsync(Scan scan, VersionObservation version, CancellationToken stop)
    {
        if (version.Codes(suite => IsCurve(suite) && suite.Authentication != Authentication.Ecdsa) is { Count: > 0 } free)
            return new Tls12Groups(scan, version.Version, free, null);
        if (version.Codes(IsCurve) is not { Count: > 0 } bound)
            return null;
        var flight = await scan.AskAsync(scan.Offer(version.Version, bound), stop);
        return new Tls12Groups(scan, version.Version, bound, CurveOf(flight));
    }

    /// <summary>Asks with these groups.</summary>
    public Task<ServerFlight> AskAsync(IReadOnlyList<NamedGroup> groups, CancellationToken stop) =>
        _scan.AskAsync(_scan.Offer(_version, _suites) with { Groups = WithNeeded(groups) }, stop);

    private IReadOnlyList<NamedGroup> WithNeeded(IReadOnlyList<NamedGroup> groups) =>
        _needed is null || groups.Contains(_needed) ? groups : [.. groups, _needed];

    private static bool IsCurve(CipherSuite suite) => suite.KeyExchange is KeyExchange.Ecdhe or KeyExchange.AnonymousEcdh;

    private static NamedGroup? CurveOf(ServerFlight flight)
    {
        if (flight.Certificate?.Certificates is not [var certificate, ..])
            return null;
        try
        {
            var algorithm = X509CertificateStructure.GetInstance(certificate).SubjectPublicKeyInfo.Algorithm;
            return algorithm.Parameters is DerObjectIdentifier oid && ECNamedCurveTable.GetName(oid) is { } name
                ? NamedGroups.Find(name) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException or InvalidCastException)
        {
            // No certificate, then: nothing is known to be needed.
            return null;
        }
    }
}
