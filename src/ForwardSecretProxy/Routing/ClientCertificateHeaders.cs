using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// What services are told about a client whose certificate was verified; made once for a connection. The same names from
/// a client are <see cref="ClientClaims"/>, on every listener.
/// </summary>
internal sealed class ClientCertificateHeaders(TlsClientCertificate certificate)
{
    /// <summary>The certificate as RFC 9440 section 2.2 has it: DER in base64 between colons.</summary>
    public const string Certificate = "Client-Cert";

    /// <summary>See <see cref="TlsClientCertificate.Subject"/>; absent for an empty one.</summary>
    public const string Subject = "X-Client-Certificate-Subject";

    /// <summary>The SHA-256 of the certificate in lower-case hexadecimal.</summary>
    public const string Fingerprint = "X-Client-Certificate-Fingerprint";

    private readonly string _certificate = $":{Convert.ToBase64String(certificate.Der.Span)}:";
    private readonly string _fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.Der.Span));

    /// <summary>Sets them; whatever had their names is gone already.</summary>
    public void Set(IHeaderDictionary headers)
    {
        headers[Certificate] = _certificate;
        headers[Fingerprint] = _fingerprint;
        if (certificate.Subject.Length > 0)
            headers[Subject] = certificate.Subject;
    }
}
