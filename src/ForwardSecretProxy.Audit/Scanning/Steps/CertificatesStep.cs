using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>
/// The chains of certificates: for each kind of key, for the target's name, for none, and for one that nobody has. Read where they
/// are not encrypted, in TLS 1.2 and before.
/// </summary>
internal sealed class CertificatesStep : IScanStep
{
    /// <summary>A name that nobody can have (RFC 6761 section 6.4).</summary>
    private const string NobodysName = "nobody.invalid";

    private static readonly ushort[] EdwardsSchemes = [0x0807, 0x0808];

    /// <inheritdoc/>
    public string Name => "certificates";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (seen.NewestBeforeTls13() is not { } newest || seen.Find(newest) is not { } version)
            return all => all;
        var names = new[] { scan.ServerName, null, NobodysName }.Distinct().ToList();
        var asked = await Task.WhenAll(
            from name in names
            from offer in Offers(scan, version)
            select AskAsync(scan, offer with { ServerName = name }, stop));

        var chains = asked.Where(each => each.Flight.Certificate is { Certificates.Count: > 0 })
            .GroupBy(each => string.Join(' ', each.Flight.Certificate!.Certificates.Select(Convert.ToBase64String)))
            .Select(same => Describe(scan, [.. same]));
        return all => all with { Certificates = [.. all.Certificates, .. chains] };
    }

    private static IEnumerable<Offer> Offers(Scan scan, VersionObservation version)
    {
        foreach (var kind in (Authentication[])[Authentication.Rsa, Authentication.Ecdsa, Authentication.Dss, Authentication.Gost])
        {
            // PSK suites with RSA show the certificate, too, but a server that has only those has no answer here.
            if (version.Codes(suite => suite.Authentication == kind) is not { Count: > 0 } suites)
                continue;
            var offer = scan.Offer(version.Version, suites) with
            {
                Further = [ClientExtensions.StatusRequest(), ClientExtensions.SignedCertificateTimestamp()],
            };
            if (kind != Authentication.Ecdsa || version.Version < TlsVersion.Tls12)
            {
                yield return offer;
                continue;
            }

            yield return offer with { Schemes = [.. Usual.Schemes.Where(scheme => !EdwardsSchemes.Contains(scheme.Code))] };
            yield return offer with { Schemes = [.. Usual.Schemes.Where(scheme => EdwardsSchemes.Contains(scheme.Code))] };
        }
    }

    private static async Task<(string? Name, ServerFlight Flight)> AskAsync(Scan scan, Offer offer, CancellationToken stop) =>
        (offer.ServerName, await scan.AskAsync(offer, stop));

    private static CertificateChainObservation Describe(Scan scan, IReadOnlyList<(string? Name, ServerFlight Flight)> same) => new()
    {
        Chain = [.. same[0].Flight.Certificate!.Certificates.Select(Convert.ToBase64String)],
        ServerNames = [.. same.Select(each => each.Name ?? "").Distinct()],
        IsForTarget = same.Any(each => each.Name == scan.ServerName),
        TimestampsInHandshake = same.Max(each => CountTimestamps(each.Flight.Hello?.Find(ExtensionType.SignedCertificateTimestamp))),
        Stapled = same.Any(each => each.Flight.IsStapled) ? Answer.Yes : Answer.No,
    };

    /// <summary>RFC 6962 section 3.3: a list of timestamps, each behind its length.</summary>
    private static int CountTimestamps(byte[]? list)
    {
        if (list is null)
            return 0;
        try
        {
            var reader = new WireReader(list, "list of timestamps");
            var rest = new WireReader(reader.Vector16(), "list of timestamps");
            var count = 0;
            for (; !rest.IsEmpty; count++)
                rest.Vector16();
            return count;
        }
        catch (WireFormatException)
        {
            return 0;
        }
    }
}
