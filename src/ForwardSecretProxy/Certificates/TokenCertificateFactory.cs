using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Makes certificate requests (PKCS#10, RFC 2986) and self-signed certificates (RFC 5280) for a TLS server whose key
/// only signs: digitalSignature, serverAuth, no CA. What it returns has been read back and its signature verified.
/// </summary>
internal static class TokenCertificateFactory
{
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";

    /// <summary>Self-signed certificates start this long ago, for clients whose clocks are late.</summary>
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);

    /// <summary>Makes a request for a CA to answer.</summary>
    /// <param name="signer">The key the certificate is for; its gate is behind it.</param>
    /// <param name="subject">The subject; may be empty.</param>
    /// <param name="names">The names the certificate is to be good for.</param>
    /// <param name="cancellationToken">Ends the wait for a token session.</param>
    /// <returns>The request in PEM, with a line end.</returns>
    /// <exception cref="SigningException">The token refused, or made a signature that does not verify.</exception>
    public static async Task<string> CreateRequestAsync(
        ISigner signer, X500DistinguishedName subject, CertificateNames names, CancellationToken cancellationToken)
    {
        using var lease = await signer.Pool.AcquireAsync(cancellationToken);
        var generator = new SignerSignatureGenerator(signer, lease);
        var pem = Template(generator, subject, names).CreateSigningRequestPem(generator);
        try
        {
            CertificateRequest.LoadSigningRequestPem(pem, generator.Hash);
        }
        catch (CryptographicException)
        {
            throw BadSignature("request");
        }

        return pem + "\n";
    }

    /// <summary>Makes a certificate that the key itself signs.</summary>
    /// <param name="signer">The key the certificate is for; its gate is behind it.</param>
    /// <param name="subject">Subject and issuer, so not empty (RFC 5280 section 4.1.2.4).</param>
    /// <param name="names">The names the certificate is good for.</param>
    /// <param name="now">The start of its life, less five minutes for late clocks.</param>
    /// <param name="lifetime">How long it is good from <paramref name="now"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a token session.</param>
    /// <returns>The certificate in PEM, with a line end.</returns>
    /// <exception cref="SigningException">The token refused, or made a signature that does not verify.</exception>
    public static async Task<string> CreateSelfSignedAsync(
        ISigner signer,
        X500DistinguishedName subject,
        CertificateNames names,
        DateTimeOffset now,
        TimeSpan lifetime,
        CancellationToken cancellationToken)
    {
        using var lease = await signer.Pool.AcquireAsync(cancellationToken);
        var generator = new SignerSignatureGenerator(signer, lease);
        var template = Template(generator, subject, names);
        template.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        template.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(template.PublicKey, critical: false));

        using var certificate = template.Create(subject, generator, now - Backdate, now + lifetime, SerialNumber());
        return CertificateFacts.Read(certificate.RawData).IsSelfSigned
            ? certificate.ExportCertificatePem() + "\n"
            : throw BadSignature("certificate");
    }

    private static CertificateRequest Template(
        SignerSignatureGenerator generator, X500DistinguishedName subject, CertificateNames names)
    {
        var hasSubject = subject.EnumerateRelativeDistinguishedNames().Any();
        var template = new CertificateRequest(subject, generator.PublicKey, generator.Hash);
        template.CertificateExtensions.Add(names.ToExtension(critical: !hasSubject));
        template.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        template.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerAuthOid)], critical: false));
        return template;
    }

    /// <summary>A positive number of 127 random bits (RFC 5280 section 4.1.2.2 allows 20 bytes).</summary>
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        return serial;
    }

    private static SigningException BadSignature(string what) =>
        new($"The token's signature on the {what} does not verify with the key's own public key. The token or its "
            + "module is faulty, or its public and private key objects do not belong together; see `fsp key verify`.");
}
