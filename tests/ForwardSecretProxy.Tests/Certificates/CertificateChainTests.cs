using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Certificates;
using static ForwardSecretProxy.Tests.Certificates.TestAuthority;

namespace ForwardSecretProxy.Tests.Certificates;

public class CertificateChainTests
{
    private readonly TestAuthority _authority = new();

    [Fact]
    public void Check_GoodChainAndMatchingKey_FindsNothing()
    {
        var chain = Parse(Pem(_authority.GoodLeaf(), _authority.Intermediate));

        Assert.Empty(chain.Check(Now, _authority.LeafKey.ExportSubjectPublicKeyInfo()));
        Assert.Equal(["mail.example.org"], chain.DnsNames);
        Assert.Equal(2, chain.Certificates.Count);
    }

    [Fact]
    public void Parse_RootAtTheEnd_LeavesItOut()
    {
        var chain = Parse(Pem(_authority.GoodLeaf(), _authority.Intermediate, _authority.Root));

        Assert.Equal(["CN=mail.example.org", "CN=Test Intermediate"], chain.Certificates.Select(each => each.Subject));
        Assert.Empty(chain.Check(Now, null));
    }

    [Fact]
    public void Parse_SelfSignedLeafAlone_KeepsIt()
    {
        var leaf = Issue(GoodLeaf(_authority.LeafKey), new("CN=mail.example.org"), _authority.LeafKey);

        var chain = Parse(Pem(leaf));

        Assert.Single(chain.Certificates);
        Assert.Empty(chain.Check(Now, null));
    }

    [Fact]
    public void Check_AnotherKeyOnTheToken_IsAnError()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var chain = Parse(Pem(_authority.GoodLeaf(), _authority.Intermediate));

        AssertError(chain.Check(Now, other.ExportSubjectPublicKeyInfo()), "is not the one of the key on the token");
    }

    [Theory]
    [InlineData(-10, -1, ProblemSeverity.Error, "expired on 2026-02-28 12:00 UTC")]
    [InlineData(1, 80, ProblemSeverity.Error, "is not valid before 2026-03-02 12:00 UTC")]
    [InlineData(-80, 13, ProblemSeverity.Warning, "expires on 2026-03-14 12:00 UTC, in 13 days")]
    [InlineData(-5, 1, ProblemSeverity.Warning, "expires on 2026-03-02 12:00 UTC, in 24 hours")]
    public void Check_OutsideOrNearTheEndOfValidity_SaysWhen(int from, int to, object severity, string message)
    {
        var chain = Parse(Pem(_authority.Leaf(GoodLeaf(_authority.LeafKey), from, to), _authority.Intermediate));

        var problem = Assert.Single(chain.Check(Now, null));

        Assert.Equal((severity, "the leaf (CN=mail.example.org) " + message), (problem.Severity, problem.Message));
    }

    [Fact]
    public void Check_SixDayCertificateInItsFirstHalf_DoesNotWarn()
    {
        var chain = Parse(Pem(_authority.Leaf(GoodLeaf(_authority.LeafKey), -3, 3), _authority.Intermediate));

        Assert.Empty(chain.Check(Now, null));
    }

    [Fact]
    public void Check_ExpiredIntermediate_IsAnError()
    {
        var intermediate = Issue(
            Authority(_authority.IntermediateName, ECDsa.Create(ECCurve.NamedCurves.nistP256)),
            _authority.RootName, ECDsa.Create(ECCurve.NamedCurves.nistP256), -20, -5);

        AssertError(Parse(Pem(_authority.GoodLeaf(), intermediate)).Check(Now, null),
            "certificate 2 (CN=Test Intermediate) expired");
    }

    [Fact]
    public void Check_IntermediateFirst_NamesTheOrder()
    {
        var problems = Parse(Pem(_authority.Intermediate, _authority.GoodLeaf())).Check(Now, null);

        AssertError(problems, "the leaf (CN=Test Intermediate) is issued by \"CN=Test Root\"");
    }

    [Fact]
    public void Check_LeafThenRootThenIntermediate_NamesTheSigner()
    {
        var problems = Parse(Pem(_authority.GoodLeaf(), _authority.Root, _authority.Intermediate)).Check(Now, null);

        AssertError(problems, "is signed by certificate 3, not by certificate 2");
    }

    [Fact]
    public void Check_IssuerOfTheSameNameButAnotherKey_IsAnError()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var impostor = Issue(Authority(_authority.IntermediateName, other), _authority.RootName, other);

        AssertError(Parse(Pem(_authority.GoodLeaf(), impostor)).Check(Now, null), "but its key did not sign it");
    }

    [Fact]
    public void Check_IssuerThatIsNoAuthority_IsAnError()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middle = _authority.Leaf(GoodLeaf(key, "CN=Middle"));
        var leaf = Issue(GoodLeaf(_authority.LeafKey), new X500DistinguishedName("CN=Middle"), key);

        AssertError(Parse(Pem(leaf, middle, _authority.Intermediate)).Check(Now, null),
            "certificate 2 (CN=Middle) is not allowed to sign certificates");
    }

    [Theory]
    [InlineData(1024, "has an RSA key of 1024 bits, under 2048")]
    [InlineData(4608, "has a key that this proxy does not sign with")]
    public void Check_RsaKeyOfUnusableLength_IsAnError(int bits, string message)
    {
        // Only the public half matters, so the modulus need not be a product of primes, which would take seconds.
        var modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });

        AssertError(Parse(Pem(_authority.Leaf(GoodLeaf(rsa)), _authority.Intermediate)).Check(Now, null), message);
    }

    [Fact]
    public void Check_CurveP521_IsAnError()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);

        AssertError(Parse(Pem(_authority.Leaf(GoodLeaf(key)), _authority.Intermediate)).Check(Now, null),
            "has a key that this proxy does not sign with");
    }

    [Theory]
    [InlineData("SHA1WITHRSA", "SHA-1")]
    [InlineData("SHA1WITHRSAANDMGF1", "SHA-1")]
    [InlineData("MD5WITHRSA", "MD5")]
    public void Check_SignatureOverABrokenHash_IsAnError(string algorithm, string hash) =>
        AssertError(Parse(Pem(OldCertificate.SelfSigned(algorithm))).Check(Now, null),
            $"is signed over {hash}, which can be forged");

    [Theory]
    [InlineData("SHA256WITHRSA")]
    [InlineData("SHA256WITHRSAANDMGF1")]
    [InlineData("SHA512WITHRSA")]
    public void Check_SignatureOverASoundHash_IsNoError(string algorithm) =>
        Assert.DoesNotContain(
            Parse(Pem(OldCertificate.SelfSigned(algorithm))).Check(Now, null),
            problem => problem.Message.Contains("forged"));

    [Fact]
    public void Check_NoAlternativeName_IsAnErrorWhateverTheCommonName()
    {
        var chain = Parse(Pem(_authority.Leaf(Bare(_authority.LeafKey)), _authority.Intermediate));

        AssertError(chain.Check(Now, null), "no DNS name or address in its subject alternative name");
        Assert.Empty(chain.DnsNames);
    }

    [Fact]
    public void Check_KeyUsageForEnciphermentOnly_IsAnError()
    {
        var leaf = Bare(_authority.LeafKey, Names("mail.example.org"), Usage(X509KeyUsageFlags.KeyEncipherment));

        AssertError(Parse(Pem(_authority.Leaf(leaf), _authority.Intermediate)).Check(Now, null),
            "without digitalSignature");
    }

    [Fact]
    public void Check_PurposeClientAuthOnly_IsAnError()
    {
        var leaf = Bare(_authority.LeafKey, Names("mail.example.org"), Purpose("1.3.6.1.5.5.7.3.2"));

        AssertError(Parse(Pem(_authority.Leaf(leaf), _authority.Intermediate)).Check(Now, null), "without serverAuth");
    }

    [Fact]
    public void Check_MustStaple_IsAWarning()
    {
        var feature = new X509Extension("1.3.6.1.5.5.7.1.24", [0x30, 0x03, 0x02, 0x01, 0x05], critical: false);
        var leaf = Bare(_authority.LeafKey, Names("mail.example.org"), feature);

        AssertWarning(Parse(Pem(_authority.Leaf(leaf), _authority.Intermediate)).Check(Now, null),
            "stapled OCSP response");
    }

    [Fact]
    public void Check_LeafThatSaysWhereItsMissingIssuerIs_IsAWarning()
    {
        var location = new X509AuthorityInformationAccessExtension(null, ["http://ca.example/intermediate.der"]);
        var leaf = _authority.Leaf(Bare(_authority.LeafKey, Names("mail.example.org"), location));

        AssertWarning(Parse(Pem(leaf)).Check(Now, null), "the file holds only the leaf");
        Assert.Empty(Parse(Pem(leaf, _authority.Intermediate)).Check(Now, null));
    }

    [Fact]
    public void DnsNames_MixedCaseWildcardAndUnusable_AreLowerCaseAndUsableOnly()
    {
        var leaf = Bare(
            _authority.LeafKey, Names("Mail.Example.ORG", "*.example.org", "w*.example.org", "xn--bcher-kva.example"));
        var chain = Parse(Pem(_authority.Leaf(leaf), _authority.Intermediate));

        Assert.Equal(["mail.example.org", "*.example.org", "xn--bcher-kva.example"], chain.DnsNames);
        AssertWarning(chain.Check(Now, null), "\"w*.example.org\", which no client matches");
    }

    [Fact]
    public void Check_ManyThingsWrong_ReportsAllAtOnce()
    {
        using var weak = RSA.Create(1024);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = _authority.Leaf(Bare(weak, Usage(X509KeyUsageFlags.KeyEncipherment)), -20, -10);
        var pem = Pem(leaf, _authority.Root) + other.ExportPkcs8PrivateKeyPem();

        var problems = Parse(pem).Check(Now, other.ExportSubjectPublicKeyInfo());

        string[] expected = ["private key", "expired", "1024 bits", "no DNS name", "digitalSignature", "on the token"];
        Assert.All(expected, part => AssertError(problems, part));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Mend));
    }

    [Fact]
    public void ToPem_ChainWithRoot_IsReadBackWithoutIt()
    {
        var leaf = _authority.GoodLeaf();
        var chain = Parse("comment\n" + Pem(leaf, _authority.Intermediate, _authority.Root));

        Assert.Equal(Pem(leaf, _authority.Intermediate), chain.ToPem());
    }

    internal static void AssertError(IReadOnlyList<CertificateProblem> problems, string part) =>
        Assert.Contains(problems, problem => problem.Severity == ProblemSeverity.Error
            && problem.Message.Contains(part, StringComparison.Ordinal));

    internal static void AssertWarning(IReadOnlyList<CertificateProblem> problems, string part) =>
        Assert.Contains(problems, problem => problem.Severity == ProblemSeverity.Warning
            && problem.Message.Contains(part, StringComparison.Ordinal));

    private static CertificateChain Parse(string pem) =>
        CertificateChain.Parse(Encoding.ASCII.GetBytes(pem), "web.pem");
}
