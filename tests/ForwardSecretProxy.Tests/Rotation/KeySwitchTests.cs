using System.Security.Cryptography;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Tests.Certificates;
using static ForwardSecretProxy.Tests.Certificates.TestAuthority;

namespace ForwardSecretProxy.Tests.Rotation;

public sealed class KeySwitchTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-rotation-");
    private readonly TestAuthority _authority = new();
    private readonly ECDsa _next = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string Source => Path.Combine(_directory.FullName, "from-ca.pem");

    private string Target => Path.Combine(_directory.FullName, "web.pem");

    public void Dispose()
    {
        _next.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Install_NoChangeUnderWay_RecordsNothing()
    {
        Write(Target, _authority.LeafKey);
        Write(Source, _next);

        var (result, until) = Install(_next);

        Assert.Equal((ImportOutcome.Installed, null), (result.Outcome, until));
        Assert.False(File.Exists(RotationFile.PathFor(Target)));
    }

    [Fact]
    public void Install_CertificateOfTheNextKey_RecordsTheSwitchAndTheOldKey()
    {
        Begin();
        Write(Source, _next);

        var (result, until) = Install(_next);

        Assert.Equal((ImportOutcome.Installed, Now + RotationState.DefaultKeep), (result.Outcome, until));
        var state = RotationFile.Load(Target);
        Assert.Null(state.Next);
        Assert.True(Assert.Single(state.Old).PublicKey.Matches(KeyOf(_authority.LeafKey)));
        Assert.Equal(Now, state.Old[0].Replaced);
    }

    [Fact]
    public void Install_RenewalForTheSameKey_LeavesTheNextOneWaiting()
    {
        Begin();
        Write(Source, _authority.LeafKey);

        var (result, until) = Install(_authority.LeafKey);

        Assert.Equal((ImportOutcome.Installed, null), (result.Outcome, until));
        Assert.NotNull(RotationFile.Load(Target).Next);
    }

    [Fact]
    public void Install_Refused_RecordsNothing()
    {
        Begin();
        var before = File.ReadAllText(RotationFile.PathFor(Target));
        Write(Source, _next);

        var (result, _) = Install(_authority.LeafKey);

        Assert.Equal(ImportOutcome.Refused, result.Outcome);
        Assert.Equal(before, File.ReadAllText(RotationFile.PathFor(Target)));
    }

    [Fact]
    public void Install_RecordThatCannotBeRead_InstallsNothing()
    {
        Write(Target, _authority.LeafKey);
        var before = File.ReadAllText(Target);
        File.WriteAllText(RotationFile.PathFor(Target), "{}");
        Write(Source, _next);

        Assert.Throws<RotationException>(() => Install(_next));

        Assert.Equal(before, File.ReadAllText(Target));
    }

    private (ImportResult Result, DateTimeOffset? OldKeyUntil) Install(ECDsa key)
    {
        using var alone = RotationLock.Take(Target);
        return KeySwitch.Install(alone, CertificateChain.Load(Source), key.ExportSubjectPublicKeyInfo(), Now);
    }

    private void Begin()
    {
        Write(Target, _authority.LeafKey);
        RotationFile.Save(Target, new RotationState { Next = new NextKey("02", Now, Target + ".csr", KeyOf(_next)) }
            .Settle(KeyOf(_authority.LeafKey), Now));
    }

    private void Write(string path, ECDsa key) =>
        File.WriteAllText(path, Pem(_authority.Leaf(GoodLeaf(key)), _authority.Intermediate));

    private static SubjectPublicKey KeyOf(ECDsa key) => SubjectPublicKey.Parse(key.ExportSubjectPublicKeyInfo());
}
