using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;
using TlsVersion = ForwardSecretProxy.Audit.Registry.TlsVersion;

namespace ForwardSecretProxy.Auditing;

/// <summary>What a listener of ours offers: of our own we know more than stands in its file.</summary>
internal static class OwnOffer
{
    /// <summary>The offer of one listener.</summary>
    /// <param name="service">The listener, observed.</param>
    /// <param name="options">Its configuration.</param>
    /// <param name="server">What comes of it; null when it cannot be served, which leaves its certificates unknown.</param>
    public static TlsOffer Of(ServiceObservation service, ProxyOptions options, PreparedServer? server)
    {
        var listener = options.Listeners.First(listener => OwnServices.NameOf(listener) == service.Name);
        List<TlsCertificate>? certificates = server is null ? null
            : [.. server.Certificates.Where(one => listener.Certificates.Contains(one.Options.Name))
                .SelectMany(one => one.Served).Select(chain => chain.Certificate!)];
        var offer = ConfigurationOffer.Of(service, "fsp");
        return offer with
        {
            Certificates = certificates?.ConvertAll(Read),
            SignatureSchemes = certificates is null ? offer.SignatureSchemes : Schemes(certificates),
            Features = Features(offer.Features, options.Tls.Resumption.Enabled && listener.ClientCertificates is null),
            SpeaksHttp = listener.ServesHttp ? Answer.Yes : Answer.No,
            StrictTransportSeconds = (long?)options.Hsts.MaxAge?.TotalSeconds,
        };
    }

    private static OfferedCertificate Read(TlsCertificate certificate)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.Chain[0].Span);
        return OfferedCertificate.Of(leaf.Subject, leaf);
    }

    private static Dictionary<TlsVersion, IReadOnlyList<Audit.Registry.SignatureScheme>> Schemes(List<TlsCertificate> certificates)
    {
        var all = certificates.SelectMany(certificate => certificate.Signer.Schemes).Distinct().ToList();
        // RFC 8446 section 4.2.3: RSASSA-PKCS1-v1_5 signs certificates in TLS 1.3, and no handshake.
        var tls13 = all.Where(scheme => !scheme.Name().StartsWith("rsa_pkcs1_", StringComparison.Ordinal));
        return new() { [TlsVersion.Tls12] = Find(all), [TlsVersion.Tls13] = Find(tls13) };

        static List<Audit.Registry.SignatureScheme> Find(IEnumerable<Signing.SignatureScheme> schemes) =>
            [.. schemes.Select(scheme => SignatureSchemes.Find((ushort)scheme)).OfType<Audit.Registry.SignatureScheme>()];
    }

    // What the engine and the oldest libssl that it takes do whatever the configuration says.
    private static Dictionary<TlsFeature, Answer> Features(
        IReadOnlyDictionary<TlsFeature, Answer> configured, bool resumes) => new(configured)
    {
        [TlsFeature.KeyShareReuse] = Answer.No,
        [TlsFeature.ExtendedMasterSecret] = Answer.Yes,
        [TlsFeature.SecureRenegotiation] = Answer.Yes,
        [TlsFeature.Heartbeat] = Answer.No,
        [TlsFeature.OcspStapling] = Answer.No,
        [TlsFeature.Tls13Tickets] = resumes ? Answer.Yes : Answer.No,
        [TlsFeature.Tls13TicketReuse] = Answer.No,
        [TlsFeature.PskWithoutKeyExchange] = Answer.No,
    };
}
