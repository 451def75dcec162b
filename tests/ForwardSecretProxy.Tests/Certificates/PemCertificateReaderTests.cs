using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Certificates;
using static ForwardSecretProxy.Tests.Certificates.TestAuthority;

namespace ForwardSecretProxy.Tests.Certificates;

public class PemCertificateReaderTests
{
    private readonly TestAuthority _authority = new();

    [Fact]
    public void Parse_TextAroundTheBlocks_TakesTheCertificates()
    {
        var (leaf, intermediate) = (_authority.GoodLeaf(), _authority.Intermediate);

        var (blocks, problems) = Parse($"subject=leaf\n{Pem(leaf)}\r\nsubject=intermediate\n{Pem(intermediate)}end");

        Assert.Equal([leaf, intermediate], blocks);
        Assert.Empty(problems);
    }

    public static TheoryData<string> PrivateKeys()
    {
        using var key = RSA.Create(2048);
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        return
        [
            key.ExportPkcs8PrivateKeyPem(),
            key.ExportRSAPrivateKeyPem(),
            key.ExportEncryptedPkcs8PrivateKeyPem("password", encryption),
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            "-----BEGIN EC PRIVATE KEY-----\nnot base64!\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        ];
    }

    [Theory]
    [MemberData(nameof(PrivateKeys))]
    public void Parse_PrivateKeyBeforeOrAfterTheChain_IsOneErrorWithoutTheKey(string key)
    {
        var chain = Pem(_authority.GoodLeaf());

        foreach (var pem in new[] { $"{key}\n{chain}", $"{chain}\n{key}" })
        {
            var problem = Assert.Single(Parse(pem).Problems);

            Assert.Equal(ProblemSeverity.Error, problem.Severity);
            Assert.StartsWith("web.pem holds a private key", problem.Message);
            Assert.DoesNotContain(key.Split('\n')[1], problem.Message + problem.Mend);
        }
    }

    [Fact]
    public void Parse_EveryTruncationOfAChain_IsComplainedAboutUnlessWhole()
    {
        var pem = Pem(_authority.GoodLeaf(), _authority.Intermediate).TrimEnd();
        const string End = "-----END CERTIFICATE-----";
        var first = pem.IndexOf(End, StringComparison.Ordinal) + End.Length;

        for (var length = 0; length < pem.Length; length++)
        {
            var (blocks, problems) = Parse(pem[..length]);

            var beforeTheSecond = length >= first && length < first + "\n-----BEGIN ".Length;
            Assert.Equal(beforeTheSecond, problems.Count == 0);
            Assert.Equal(length >= first ? 1 : 0, blocks.Count);
        }
    }

    [Theory]
    [InlineData("", "web.pem holds no certificate")]
    [InlineData("hello", "web.pem holds no certificate")]
    [InlineData("0\u0002", "web.pem is not PEM but looks like a DER or PKCS#12 file")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        "web.pem holds a certificate request, which no client accepts")]
    [InlineData("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
        "web.pem holds a damaged block \"CERTIFICATE\"")]
    [InlineData("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----",
        "web.pem holds a block \"DH PARAMETERS\", which is not used")]
    public void Parse_SomethingElse_SaysWhatItIs(string text, string message) =>
        Assert.Contains(Parse(text).Problems, problem => problem.Message == message);

    [Fact]
    public void Parse_BundleOfRoots_IsRefused()
    {
        var bundle = string.Concat(Enumerable.Repeat(Pem(_authority.Root), PemCertificateReader.MaxCertificates + 1));

        var (blocks, problems) = Parse(bundle);

        Assert.Empty(blocks);
        Assert.Equal("web.pem holds 11 certificates, more than 10", Assert.Single(problems).Message);
    }

    [Fact]
    public void Read_MissingFile_IsAProblemNotAnException()
    {
        var problems = new List<CertificateProblem>();

        Assert.Empty(PemCertificateReader.Read("/nonexistent/web.pem", problems));

        Assert.Equal("/nonexistent/web.pem does not exist", Assert.Single(problems).Message);
    }

    [Fact]
    public void Read_EndlessFile_IsRefusedAtTheLimit()
    {
        var problems = new List<CertificateProblem>();

        Assert.Empty(PemCertificateReader.Read("/dev/zero", problems));

        Assert.Equal("/dev/zero is larger than 128 KiB", Assert.Single(problems).Message);
    }

    [Fact]
    public void Load_BlockThatIsNoCertificate_IsAProblemNotAnException()
    {
        var chain = CertificateChain.Parse("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"u8, "web.pem");

        Assert.Empty(chain.Certificates);
        Assert.Equal("certificate 1 in the file is not a well-formed X.509 certificate",
            Assert.Single(chain.Check(Now, null)).Message);
    }

    private static (IReadOnlyList<byte[]> Blocks, List<CertificateProblem> Problems) Parse(string pem)
    {
        var problems = new List<CertificateProblem>();
        return (PemCertificateReader.Parse(Encoding.Latin1.GetBytes(pem), "web.pem", problems), problems);
    }
}
