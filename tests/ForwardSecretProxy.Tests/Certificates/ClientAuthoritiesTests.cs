using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Tests.Certificates;

public sealed class ClientAuthoritiesTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("fsp-test-").FullName, "clients.pem");
    private readonly byte[] _root;
    private readonly byte[] _intermediate;
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ClientAuthoritiesTests()
    {
        var name = new X500DistinguishedName("CN=Clients");
        _root = TestAuthority.Issue(TestAuthority.Authority(name, _rootKey), name, _rootKey);
        var below = TestAuthority.Authority(new X500DistinguishedName("CN=Below"), _authority.LeafKey);
        _intermediate = TestAuthority.Issue(below, name, _rootKey);
    }

    public void Dispose()
    {
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
        _rootKey.Dispose();
    }

    [Fact]
    public void Load_RootAndIntermediate_HasNoProblem()
    {
        var problems = Load(TestAuthority.Pem(_intermediate, _root), out var authorities);

        Assert.Empty(problems);
        Assert.Equal(["CN=Below", "CN=Clients"], authorities.Select(authority => authority.Subject));
    }

    [Fact]
    public void Load_IntermediateWithoutItsRoot_IsAnError() =>
        AssertError(TestAuthority.Pem(_intermediate), "its issuer \"CN=Clients\" is not in the file");

    [Fact]
    public void Load_RootOfTheSameNameWithAnotherKey_IsAnError()
    {
        var name = new X500DistinguishedName("CN=Clients");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var namesake = TestAuthority.Issue(TestAuthority.Authority(name, other), name, other);

        AssertError(TestAuthority.Pem(_intermediate, namesake), "not in the file");
    }

    [Fact]
    public void Load_NoAuthority_IsAnError() =>
        AssertError(TestAuthority.Pem(TestAuthority.Issue(
            TestAuthority.GoodLeaf(_rootKey, "CN=Clients"), new X500DistinguishedName("CN=Clients"), _rootKey)),
            "\"CN=Clients\" is not the certificate of a CA");

    [Fact]
    public void Load_ShortRsaKey_IsAnError()
    {
        using var rsa = RSA.Create(1024);
        var name = new X500DistinguishedName("CN=Short");
        var request = TestAuthority.Authority(name, rsa);
        using var certificate = request.Create(
            name, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), TestAuthority.Now.AddDays(-1), TestAuthority.Now.AddDays(100), [1]);

        AssertError(TestAuthority.Pem(certificate.RawData), "an RSA key of 1024 bits");
    }

    [Theory]
    [InlineData(-20, "is not valid before 2026-02-19")]
    [InlineData(60, "expires on 2026-05-20")]
    [InlineData(90, "expired on 2026-05-20")]
    public void Load_AtAnotherTime_IsAWarning(int days, string message)
    {
        var problem = Assert.Single(Load(TestAuthority.Pem(_root), out _, TestAuthority.Now.AddDays(days)));

        Assert.Equal(ProblemSeverity.Warning, problem.Severity);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no block \"CERTIFICATE\"")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n", "damaged block")]
    [InlineData("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", "holds a block \"X509 CRL\"")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "malformed")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\n", "holds a private key")]
    public void Load_OtherContent_IsAnError(string content, string message) => AssertError(content, message);

    [Fact]
    public void Load_EveryTruncation_IsAnErrorAndNoException()
    {
        var pem = TestAuthority.Pem(_root).TrimEnd();
        for (var length = 0; length < pem.Length; length++)
            Assert.Contains(Load(pem[..length], out _), problem => problem.Severity == ProblemSeverity.Error);
    }

    [Fact]
    public void Load_MoreThanIsTaken_IsAnError() => AssertError(
        TestAuthority.Pem([.. Enumerable.Repeat(_root, ClientAuthorities.MaxAuthorities + 1)]), $"more than {ClientAuthorities.MaxAuthorities}");

    [Fact]
    public void Load_FileThatIsNotThereOrNeverEnds_IsAnError()
    {
        foreach (var (path, message) in
            ((string, string)[])[("/nonexistent/ca.pem", "does not exist"), ("/dev/zero", "larger than")])
        {
            var problems = new List<CertificateProblem>();
            Assert.Empty(ClientAuthorities.Load(path, TestAuthority.Now, problems));
            Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RevocationLists_ListOfEachAuthority_HasNoProblem()
    {
        var problems = LoadLists(TestAuthority.Now.AddDays(1), _rootKey, out var lists);

        Assert.Empty(problems);
        Assert.Single(lists);
    }

    [Fact]
    public void RevocationLists_Overdue_IsAWarning()
    {
        var problem = Assert.Single(LoadLists(TestAuthority.Now.AddDays(-1), _rootKey, out _));

        Assert.Equal(ProblemSeverity.Warning, problem.Severity);
        Assert.Contains("was due to be renewed by 2026-02-28", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RevocationLists_SignedBySomebodyElse_IsAnError()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var problem = Assert.Single(LoadLists(TestAuthority.Now.AddDays(1), other, out _));

        Assert.Equal(ProblemSeverity.Error, problem.Severity);
        Assert.Contains("has no revocation list of \"CN=Clients\"", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RevocationLists_MalformedOrCut_IsAnErrorAndNoException()
    {
        var der = List(TestAuthority.Now.AddDays(1), _rootKey);
        for (var length = 0; length < der.Length; length++)
        {
            File.WriteAllText(_path, PemEncoding.WriteString("X509 CRL", der.AsSpan(0, length)));
            var problems = new List<CertificateProblem>();
            RevocationLists.Load(_path, [CertificateFacts.Read(_root)], TestAuthority.Now, problems);
            Assert.Contains(problems, problem => problem.Severity == ProblemSeverity.Error);
        }
    }

    private List<CertificateProblem> LoadLists(
        DateTimeOffset nextUpdate, ECDsa key, out IReadOnlyList<ReadOnlyMemory<byte>> lists)
    {
        File.WriteAllText(_path, PemEncoding.WriteString("X509 CRL", List(nextUpdate, key)));
        var problems = new List<CertificateProblem>();
        lists = RevocationLists.Load(_path, [CertificateFacts.Read(_root)], TestAuthority.Now, problems);
        return problems;
    }

    private static byte[] List(DateTimeOffset nextUpdate, ECDsa key)
    {
        var issuer = new X500DistinguishedName("CN=Clients");
        return new CertificateRevocationListBuilder().Build(
            issuer, X509SignatureGenerator.CreateForECDsa(key), 1, nextUpdate, HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(issuer, [1]), nextUpdate.AddDays(-7));
    }

    private List<CertificateProblem> Load(
        string content, out IReadOnlyList<CertificateFacts> authorities, DateTimeOffset? now = null)
    {
        File.WriteAllText(_path, content);
        var problems = new List<CertificateProblem>();
        authorities = ClientAuthorities.Load(_path, now ?? TestAuthority.Now, problems);
        return problems;
    }

    private void AssertError(string content, string message)
    {
        var problem = Assert.Single(Load(content, out _));
        Assert.Equal(ProblemSeverity.Error, problem.Severity);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
    }
}
