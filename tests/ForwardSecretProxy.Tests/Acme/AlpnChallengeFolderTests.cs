using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>What a listener shows to an authority, and whatever else may lie in the folder.</summary>
public sealed class AlpnChallengeFolderTests : IDisposable
{
    private const string Name = "www.example.org";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-test-");
    private readonly byte[] _digest = SHA256.HashData("token.thumbprint"u8);
    private readonly byte[] _pem;

    public AlpnChallengeFolderTests() => _pem = AlpnCertificate.Create(Name, _digest, TestAuthority.Now);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Find_Answer_IsTheCertificateOfTheRfc()
    {
        Write(Name, _pem);

        using var answer = Find(Name)!;

        using var certificate = X509CertificateLoader.LoadCertificate(answer.Certificate.Chain.Single().Span);
        // RFC 8737 section 3: the name alone, and the digest in a critical extension.
        Assert.Equal([Name], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        var extension = certificate.Extensions["1.3.6.1.5.5.7.1.31"]!;
        Assert.True(extension.Critical);
        Assert.Equal(_digest, new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadOctetString());
        Assert.Equal(certificate.PublicKey.ExportSubjectPublicKeyInfo(), answer.Certificate.Signer.SubjectPublicKeyInfo.ToArray());
    }

    [Theory]
    [InlineData("other.example.org")]
    [InlineData("example.org")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../www.example.org")]
    [InlineData("*.example.org")]
    [InlineData("WWW.EXAMPLE.ORG")]
    [InlineData("www.example.org\0")]
    public void Find_OtherName_IsNothing(string name)
    {
        Write(Name, _pem);
        Assert.NotNull(Find(Name));

        Assert.Null(Find(name));
    }

    [Fact]
    public void Find_FileUnderAnotherName_IsNothing()
    {
        Write("other.example.org", _pem);

        Assert.Null(Find("other.example.org"));
    }

    [Fact]
    public void Find_OrdinaryCertificate_IsNothing()
    {
        // Whoever writes into the folder gets nothing served that a browser would take.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = TestAuthority.Bare(key, TestAuthority.Names(Name));
        using var certificate = request.CreateSelfSigned(TestAuthority.Now, TestAuthority.Now.AddDays(1));

        Write(Name, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()));

        Assert.Null(Find(Name));
    }

    [Fact]
    public void Find_KeyOfAnother_IsNothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var text = Encoding.ASCII.GetString(_pem);

        Write(Name, Encoding.ASCII.GetBytes(text[..text.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)] + key.ExportPkcs8PrivateKeyPem()));

        Assert.Null(Find(Name));
    }

    [Fact]
    public void Find_LinkFolderAndHugeFile_AreNothing()
    {
        var elsewhere = Path.Combine(_directory.FullName, "elsewhere");
        File.WriteAllBytes(elsewhere, _pem);
        File.CreateSymbolicLink(PathOf(Name), elsewhere);
        Assert.Null(Find(Name));

        File.Delete(PathOf(Name));
        Directory.CreateDirectory(PathOf(Name));
        Assert.Null(Find(Name));

        Directory.Delete(PathOf(Name));
        Write(Name, [.. _pem, .. new byte[16 * 1024]]);
        Assert.Null(Find(Name));
    }

    [Fact]
    public void Read_Truncated_IsNothing()
    {
        var text = Encoding.ASCII.GetString(_pem).TrimEnd();
        Assert.NotNull(AlpnCertificate.Read(text, Name));

        for (var length = 0; length < text.Length; length++)
            Assert.Null(AlpnCertificate.Read(text[..length], Name));
    }

    [Fact]
    public void Equals_SameFolder_IsTheSame()
    {
        // By which a reload knows that a listener's TLS side can go on.
        Assert.Equal(new AlpnChallengeFolder("/a"), new AlpnChallengeFolder("/a"));
        Assert.NotEqual(new AlpnChallengeFolder("/a"), new AlpnChallengeFolder("/b"));
    }

    private ForwardSecretProxy.OpenSsl.Engine.ChallengeCertificate? Find(string name) => new AlpnChallengeFolder(_directory.FullName).Find(name);

    private void Write(string name, byte[] content) => File.WriteAllBytes(PathOf(name), content);

    private string PathOf(string name) => Path.Combine(_directory.FullName, AlpnChallengeFolder.FileName(name));
}
