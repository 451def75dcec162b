using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Certificates, signatures, extensions and application protocols of TLS 1.3, which are encrypted there.</summary>
internal sealed class Tls13CertificatesStep : IScanStep
{
    /// <summary>A name that nobody can have (RFC 6761 section 6.4).</summary>
    private const string NobodysName = "nobody.invalid";

    /// <inheritdoc/>
    public string Name => "certificates in TLS 1.3";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (CompleteOffers.ForTls13(seen) is not { } offer)
            return all => all;
        var schemes = seen.SignatureSchemes.FirstOrDefault(each => each.Version == TlsVersion.Tls13)?.Schemes;
        var names = new[] { null, NobodysName }.Where(name => name != scan.ServerName);
        var empty = new EndpointObservation { Host = seen.Host, Port = seen.Port, Address = seen.Address, At = seen.At };
        var probe = new Tls13CertificateProbe(scan.Handshaker, offer);
        var shown = scan.Take(await probe.RunAsync(
            empty, schemes is { Count: > 0 } ? schemes : offer.Schemes, names, stop));
        var protocols = scan.Take(await Tls13ApplicationProtocolProbe.RunAsync(
            scan.Handshaker, offer, ApplicationProtocolsStep.Protocols, stop));
        return all => all with
        {
            Certificates = ChainMerge.Of(all.Certificates, shown.Certificates),
            HandshakeSignatures = [.. all.HandshakeSignatures, .. shown.HandshakeSignatures],
            Features = all.Features with { Extensions = [.. all.Features.Extensions.Union(shown.Features.Extensions).Order()] },
            ApplicationProtocols = [.. all.ApplicationProtocols.Union(protocols)],
            // That a server goes on is no sign that it signs as it was asked to.
            SignatureSchemes = [.. all.SignatureSchemes.Select(each => each.Version != TlsVersion.Tls13 ? each
                : each with { Schemes = [.. each.Schemes.Where(scheme => !probe.Ignored.Contains(scheme))] })],
        };
    }
}
