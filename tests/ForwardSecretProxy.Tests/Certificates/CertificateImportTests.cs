using System.Runtime.Versioning;
using System.Security.Cryptography;
using ForwardSecretProxy.Certificates;
using static ForwardSecretProxy.Tests.Certificates.TestAuthority;

namespace ForwardSecretProxy.Tests.Certificates;

[SupportedOSPlatform("linux")]
public sealed class CertificateImportTests : IDisposable
{
    private const string OldContent = "old content";
    private readonly TestAuthority _authority = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-import-");

    private string Source => Path.Combine(_directory.FullName, "from-ca.pem");

    private string Target => Path.Combine(_directory.FullName, "web.pem");

    private byte[] TokenKey => _authority.LeafKey.ExportSubjectPublicKeyInfo();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Run_GoodChain_InstallsItWithoutRootAndKeepsThePrevious()
    {
        var leaf = _authority.GoodLeaf();
        File.WriteAllText(Source, "from the CA\n" + Pem(leaf, _authority.Intermediate, _authority.Root));
        File.WriteAllText(Target, OldContent);

        var result = CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now);

        Assert.Equal(ImportOutcome.Installed, result.Outcome);
        Assert.Equal(Pem(leaf, _authority.Intermediate), File.ReadAllText(Target));
        Assert.Equal(OldContent, File.ReadAllText(Target + ".previous"));
        Assert.Equal(Convert.ToInt32("644", 8), (int)File.GetUnixFileMode(Target));
        AssertFiles("from-ca.pem", "web.pem", "web.pem.previous");
    }

    [Fact]
    public void Run_SameChainAgain_KeepsThePreviousOne()
    {
        File.WriteAllText(Source, Pem(_authority.GoodLeaf(), _authority.Intermediate));
        File.WriteAllText(Target, OldContent);
        CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now);

        Assert.Equal(ImportOutcome.AlreadyThere, CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now).Outcome);

        Assert.Equal(OldContent, File.ReadAllText(Target + ".previous"));
    }

    [Fact]
    public void Run_NothingThereBefore_LeavesNoPrevious()
    {
        File.WriteAllText(Source, Pem(_authority.GoodLeaf(), _authority.Intermediate));

        Assert.Equal(ImportOutcome.Installed, CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now).Outcome);

        AssertFiles("from-ca.pem", "web.pem");
    }

    [Fact]
    public void Run_TargetIsALink_ReplacesWhatItPointsAt()
    {
        var real = Path.Combine(_directory.FullName, "real.pem");
        File.WriteAllText(Source, Pem(_authority.GoodLeaf(), _authority.Intermediate));
        File.WriteAllText(real, OldContent);
        File.CreateSymbolicLink(Target, real);

        CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now);

        Assert.Equal(real, new FileInfo(Target).LinkTarget);
        Assert.NotEqual(OldContent, File.ReadAllText(real));
    }

    public static TheoryData<string> BadCases() =>
        ["another key", "expired", "private key beside it", "no names", "order", "empty", "missing"];

    [Theory]
    [MemberData(nameof(BadCases))]
    public void Run_BadChain_IsRefusedAndTheTargetUntouched(string badCase)
    {
        if (BadChain(badCase) is { } pem)
            File.WriteAllText(Source, pem);
        File.WriteAllText(Target, OldContent);
        var written = File.GetLastWriteTimeUtc(Target);

        var result = CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now);

        Assert.Equal(ImportOutcome.Refused, result.Outcome);
        Assert.Contains(result.Problems, problem => problem.Severity == ProblemSeverity.Error);
        Assert.Equal(OldContent, File.ReadAllText(Target));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Target));
        Assert.DoesNotContain(_directory.GetFiles(), file => file.Name is not ("from-ca.pem" or "web.pem"));
    }

    [Fact]
    public void Run_OnlyAWarning_InstallsAndTellsIt()
    {
        File.WriteAllText(Source, Pem(_authority.Leaf(GoodLeaf(_authority.LeafKey), -80, 5), _authority.Intermediate));

        var result = CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now);

        Assert.Equal(ImportOutcome.Installed, result.Outcome);
        Assert.Equal(ProblemSeverity.Warning, Assert.Single(result.Problems).Severity);
    }

    [Fact]
    public void Run_LastStepFails_LeavesNoHalfFile()
    {
        File.WriteAllText(Source, Pem(_authority.GoodLeaf(), _authority.Intermediate));
        // Nothing can be renamed over a directory, so everything before that step succeeds and that step does not.
        Directory.CreateDirectory(Target);

        Assert.ThrowsAny<Exception>(() => CertificateImport.Run(CertificateChain.Load(Source), Target, TokenKey, Now));

        AssertFiles("from-ca.pem");
        Assert.True(Directory.Exists(Target));
    }

    private string? BadChain(string badCase)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return badCase switch
        {
            "another key" => Pem(_authority.Leaf(GoodLeaf(other)), _authority.Intermediate),
            "expired" => Pem(_authority.Leaf(GoodLeaf(_authority.LeafKey), -9, -1), _authority.Intermediate),
            "private key beside it" =>
                Pem(_authority.GoodLeaf(), _authority.Intermediate) + _authority.LeafKey.ExportPkcs8PrivateKeyPem(),
            "no names" => Pem(_authority.Leaf(Bare(_authority.LeafKey)), _authority.Intermediate),
            "order" => Pem(_authority.Intermediate, _authority.GoodLeaf()),
            "empty" => "",
            "missing" => null,
            _ => throw new ArgumentOutOfRangeException(nameof(badCase), badCase, null),
        };
    }

    private void AssertFiles(params string[] names) =>
        Assert.Equal(names, _directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
}
