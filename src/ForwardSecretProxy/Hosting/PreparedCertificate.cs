using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Hosting;

/// <summary>A certificate whose chain and key passed every check.</summary>
/// <param name="Options">Where both came from.</param>
/// <param name="Certificate">What the TLS engine gets.</param>
/// <param name="KeyAlgorithm">The key in words, such as <c>ECDSA P-256</c>.</param>
/// <param name="Key">The key and the token that holds it.</param>
/// <param name="FirstToExpire">The certificate of the chain that expires first.</param>
internal sealed record PreparedCertificate(
    CertificateOptions Options, TlsCertificate Certificate, string KeyAlgorithm, OpenedKey Key, CertificateFacts FirstToExpire);
