using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Tests.Certificates;

public class TokenCertificateFactoryTests
{
    private static readonly DateTimeOffset Now = TestAuthority.Now;
    private static readonly X500DistinguishedName Subject = SubjectName.Parse("CN=mail.example.org,O=Example");
    private static readonly CertificateNames Names = CertificateNames.Parse(
        ["mail.example.org", "bücher.example"], ["192.0.2.1", "2001:db8::1"]);

    public static TheoryData<SignatureScheme> AllSchemes =>
    [
        SignatureScheme.EcdsaSecp256r1Sha256,
        SignatureScheme.EcdsaSecp384r1Sha384,
        SignatureScheme.RsaPkcs1Sha256,
        SignatureScheme.RsaPssRsaeSha256,
    ];

    [Theory]
    [MemberData(nameof(AllSchemes))]
    public async Task CreateRequest_EachScheme_VerifiesAndCarriesNamesAndUses(SignatureScheme scheme)
    {
        using var key = KeyFor(scheme);
        var signer = new KeyPairSigner(key, scheme);

        var pem = await TokenCertificateFactory.CreateRequestAsync(signer, Subject, Names, default);

        Assert.EndsWith("-----END CERTIFICATE REQUEST-----\n", pem);
        // Loading verifies the signature.
        var request = CertificateRequest.LoadSigningRequestPem(
            pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Assert.Equal(signer.SubjectPublicKeyInfo.ToArray(), request.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal("CN=mail.example.org, O=Example", request.SubjectName.Name);
        var names = new X509SubjectAlternativeNameExtension(Extension(request, "2.5.29.17").RawData);
        Assert.Equal(["mail.example.org", "xn--bcher-kva.example"], names.EnumerateDnsNames());
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], names.EnumerateIPAddresses());
        Assert.Equal(X509KeyUsageFlags.DigitalSignature,
            request.CertificateExtensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal(0, signer.LiveLeases);
    }

    [Theory]
    [MemberData(nameof(AllSchemes))]
    public async Task CreateSelfSigned_EachScheme_IsAChainWithoutProblems(SignatureScheme scheme)
    {
        using var key = KeyFor(scheme);
        var signer = new KeyPairSigner(key, scheme);

        var pem = await TokenCertificateFactory.CreateSelfSignedAsync(
            signer, Subject, Names, Now, TimeSpan.FromDays(90), default);

        var chain = CertificateChain.Parse(Encoding.ASCII.GetBytes(pem), "self-signed");
        Assert.Empty(chain.Check(Now, signer.SubjectPublicKeyInfo));
        Assert.Empty(chain.Check(Now.AddMinutes(-4), signer.SubjectPublicKeyInfo));
        Assert.Equal(["mail.example.org", "xn--bcher-kva.example"], chain.DnsNames);
        Assert.Equal(Now.AddDays(90), chain.Leaf!.NotAfter);
        Assert.False(chain.Leaf.IsAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, chain.Leaf.KeyUsage);
        Assert.Equal(["1.3.6.1.5.5.7.3.1"], chain.Leaf.ExtendedKeyUsage);
    }

    [Fact]
    public async Task CreateRequest_RsaWithBothPaddings_TakesPkcs1()
    {
        using var key = RSA.Create(2048);
        var signer = new KeyPairSigner(key, SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPkcs1Sha256);

        var pem = await TokenCertificateFactory.CreateRequestAsync(signer, Subject, Names, default);

        var sha256WithRsa = new byte[] { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b };
        Assert.True(Der(pem).AsSpan().IndexOf(sha256WithRsa) > 0);
    }

    [Fact]
    public async Task Create_FaultyToken_IsRefusedRatherThanHandedOut()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new KeyPairSigner(key, SignatureScheme.EcdsaSecp256r1Sha256) { Faulty = true };

        var request = await Assert.ThrowsAsync<SigningException>(
            () => TokenCertificateFactory.CreateRequestAsync(signer, Subject, Names, default));
        var certificate = await Assert.ThrowsAsync<SigningException>(
            () => TokenCertificateFactory.CreateSelfSignedAsync(
                signer, Subject, Names, Now, TimeSpan.FromDays(90), default));

        Assert.StartsWith("The token's signature on the request does not verify", request.Message);
        Assert.StartsWith("The token's signature on the certificate does not verify", certificate.Message);
        Assert.Equal(0, signer.LiveLeases);
    }

    [Fact]
    public async Task CreateRequest_NoUsableScheme_SaysWhatIsMissing()
    {
        using var key = RSA.Create(2048);
        var signer = new KeyPairSigner(key, SignatureScheme.RsaPssRsaeSha512);

        var exception = await Assert.ThrowsAsync<SigningException>(
            () => TokenCertificateFactory.CreateRequestAsync(signer, Subject, Names, default));

        Assert.Contains("cannot sign a request or a certificate", exception.Message);
        Assert.Equal(0, signer.LiveLeases);
    }

    [Fact]
    public async Task CreateRequest_NoSubject_MakesTheNamesCritical()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new KeyPairSigner(key, SignatureScheme.EcdsaSecp256r1Sha256);

        var pem = await TokenCertificateFactory.CreateRequestAsync(signer, SubjectName.Parse(""), Names, default);

        var request = CertificateRequest.LoadSigningRequestPem(
            pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Assert.Empty(request.SubjectName.Name);
        Assert.True(Extension(request, "2.5.29.17").Critical);
    }

    [Fact]
    public async Task CreateSelfSigned_Twice_HasDifferentPositiveSerialNumbers()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new KeyPairSigner(key, SignatureScheme.EcdsaSecp256r1Sha256);
        var serials = new HashSet<string>();

        for (var round = 0; round < 20; round++)
        {
            var pem = await TokenCertificateFactory.CreateSelfSignedAsync(
                signer, Subject, Names, Now, TimeSpan.FromDays(1), default);
            using var certificate = X509CertificateLoader.LoadCertificate(Der(pem));
            Assert.Equal(16, certificate.SerialNumberBytes.Length);
            Assert.True(certificate.SerialNumberBytes.Span[0] < 0x80);
            serials.Add(certificate.SerialNumber);
        }

        Assert.Equal(20, serials.Count);
    }

    private static AsymmetricAlgorithm KeyFor(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        SignatureScheme.EcdsaSecp384r1Sha384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => RSA.Create(2048),
    };

    private static X509Extension Extension(CertificateRequest request, string oid) =>
        request.CertificateExtensions.Single(extension => extension.Oid!.Value == oid);

    private static byte[] Der(string pem)
    {
        var fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }
}
