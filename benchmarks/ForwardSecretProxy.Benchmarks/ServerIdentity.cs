using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// One P-256 key in memory with its certificate, for the engine and for <see cref="SslStream"/>: what is compared is
/// the TLS, not the key's place. A name for each, because the client keeps its tickets by name.
/// </summary>
internal sealed class ServerIdentity : IDisposable
{
    public const string EngineName = "engine.benchmark.test";
    public const string SslStreamName = "stream.benchmark.test";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public ServerIdentity()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(EngineName);
        names.AddDnsName(SslStreamName);
        var request = new CertificateRequest("CN=benchmark.test", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public TlsServer CreateEngine() => TlsServer.Create(
        TlsPolicy.Intermediate,
        [new TlsCertificate([_certificate.RawData], [EngineName], new SoftwareSigner(_key))],
        []);

    /// <summary>Options as an application has them that only says which versions it speaks.</summary>
    public SslServerAuthenticationOptions SslStreamOptions() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    /// <summary>A client that trusts this identity and no other.</summary>
    public SslClientAuthenticationOptions ClientOptions(string name, SslProtocols version, bool resume) => new()
    {
        TargetHost = name,
        EnabledSslProtocols = version,
        AllowTlsResume = resume,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _certificate },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    /// <summary>
    /// Throws when the handshake was not what it should be: a full one carries the certificate, so that the server's
    /// flight is longer than it, and a resumed one does not.
    /// </summary>
    public void ThrowUnless(TlsClient client, bool resumed)
    {
        if (client.ServerFlightLength < _certificate.RawData.Length != resumed)
            throw new InvalidOperationException($"The handshake was {(resumed ? "a full" : "a resumed")} one.");
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
