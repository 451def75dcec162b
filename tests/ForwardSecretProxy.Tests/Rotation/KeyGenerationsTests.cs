using System.Security.Cryptography;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Tests.Certificates;
using static ForwardSecretProxy.Tests.Rotation.Generations;

namespace ForwardSecretProxy.Tests.Rotation;

public sealed class KeyGenerationsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-rotation-");
    private readonly TestAuthority _authority = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Of_AllParts_TellsThemApartByTheChainAndTheRecord()
    {
        var (current, next, old, stray) = (Of(_key, "01"), Make("02"), Make("03"), Make("04"));
        var state = Record(current, next.Id, old);

        var keys = KeyGenerations.Of(state, [stray, old, next, current], Chains(("web", _key, "web")));

        Assert.Equal((current, next), (keys.Current, keys.Next));
        Assert.Equal([stray], keys.Unrecorded);
        var kept = Assert.Single(keys.Old);
        Assert.Equal((old, Now.AddDays(-1) + RotationState.DefaultKeep), (kept.Key, kept.DestroyAfter));
        Assert.Empty(kept.Users);
    }

    [Fact]
    public void Of_KeysThatAreGone_AreNoneOfThem()
    {
        var current = Of(_key, "01");

        var keys = KeyGenerations.Of(Record(current, "02", Make("03")), [], Chains(("web", _key, "web")));

        Assert.Null(keys.Current);
        Assert.Null(keys.Next);
        Assert.Empty(keys.Old);
    }

    [Fact]
    public void Of_OldKeyThatAnotherCertificateIsFor_HasAUser()
    {
        var (current, old) = (Of(_key, "01"), Of(_other, "03"));

        var keys = KeyGenerations.Of(Record(current, null, old), [current, old], Chains(("web", _key, "web"), ("shop", _other, "web")));

        Assert.Equal(["shop"], Assert.Single(keys.Old).Users);
    }

    [Fact]
    public void Of_NextKeyThatACertificateIsForAlready_IsNotNext()
    {
        var (current, next) = (Of(_key, "01"), Of(_other, "02"));

        var keys = KeyGenerations.Of(Record(current, next.Id), [current, next], Chains(("web", _key, "web"), ("shop", _other, "web")));

        Assert.Null(keys.Next);
        Assert.Empty(keys.Unrecorded);
    }

    [Fact]
    public void Of_OldKeyThatASpareIsFor_IsHeld()
    {
        var (current, old) = (Of(_key, "01"), Of(_other, "02"));
        var certificate = OptionsOf(("web", _key, "web")) with { Spares = [OptionsOf(("spare", _other, "web"))] };

        var keys = KeyGenerations.Of(Record(current, null, old), [current, old], ConfiguredChains.Read([certificate]));
        var control = KeyGenerations.Of(Record(current, null, old), [current, old], ConfiguredChains.Read([certificate with { Spares = [] }]));

        Assert.Equal(["spare"], Assert.Single(keys.Old).Users);
        Assert.Empty(Assert.Single(control.Old).Users);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("other", false)]
    public void Of_ChainThatCannotBeRead_HoldsTheKeysThatItMayBeFor(string label, bool held)
    {
        var (current, old) = (Of(_key, "01"), Make("03"));

        var keys = KeyGenerations.Of(Record(current, "02", old), [current, old, Make("02")], Chains(("web", _key, "web"), ("shop", null, label)));

        Assert.Equal(held ? ["shop"] : [], Assert.Single(keys.Old).Users);
        Assert.NotNull(keys.Next);
    }

    private static RotationState Record(
        TokenKeyInfo current, string? next, params TokenKeyInfo[] old) => new()
        {
            Current = current.PublicKey,
            Next = next is null ? null : new NextKey(next, Now, "web.pem.csr"),
            Old = [.. old.Select(key => new OldKey(key.PublicKey!, Now.AddDays(-1)))],
        };

    private ConfiguredChains Chains(params (string Name, ECDsa? Key, string Label)[] certificates) =>
        ConfiguredChains.Read(certificates.Select(OptionsOf));

    private CertificateOptions OptionsOf((string Name, ECDsa? Key, string Label) each)
    {
        var path = Path.Combine(_directory.FullName, each.Name + ".pem");
        if (each.Key is not null)
            File.WriteAllText(path, TestAuthority.Pem(_authority.Leaf(TestAuthority.GoodLeaf(each.Key)), _authority.Intermediate));
        return new CertificateOptions { Name = each.Name, Chain = path, Key = $"pkcs11:token=fsp;object={each.Label}" };
    }
}
