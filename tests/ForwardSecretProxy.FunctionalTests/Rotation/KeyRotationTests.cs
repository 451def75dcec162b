using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Signing;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.FunctionalTests.Rotation;

/// <summary>The steps of a change of keys on a token, and all that must not happen on the way.</summary>
[Collection(OneModule.Name)]
public sealed class KeyRotationTests : IDisposable
{
    private static readonly RotationSettings NextStep = new(new RotationRequest());

    private readonly SoftHsmToken _hsm = SoftHsmToken.Create();
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private readonly Clock _clock = new();

    public KeyRotationTests()
    {
        using var token = _hsm.Open();
        File.WriteAllText(Chain, Issue(new KeyStore(token).Generate(KeyKind.EcP256, "web")));
    }

    private string Chain => _directory.File("web.pem");

    private CertificateOptions Options => new() { Name = "web", Chain = Chain, Key = _hsm.Uri("web").ToString() };

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
        _hsm.Dispose();
    }

    [Fact]
    public async Task Run_WholeChange_MakesWaitsKeepsAndDestroys()
    {
        var old = Assert.Single(Keys());

        var made = await RunAsync();
        Assert.Equal(RotationStep.MakeNext, made.Plan.Step);
        var next = Keys().Single(key => key.Id != old.Id);
        Assert.True(next.PublicKey!.Matches(made.Keys.Next!.PublicKey!));
        var request = await File.ReadAllTextAsync(Chain + ".csr");
        AssertRequest(request, next);

        // Again: nothing more is made, and the request is the same one.
        var waiting = await RunAsync();
        Assert.Equal((RotationStep.AwaitCertificate, 0), (waiting.Plan.Step, waiting.Written.Count));
        Assert.Equal(request, await File.ReadAllTextAsync(Chain + ".csr"));
        Assert.Equal(2, Keys().Count);

        Import(next);
        var kept = await RunAsync();
        Assert.Equal(RotationStep.KeepOld, kept.Plan.Step);
        Assert.Equal(_clock.Now + RotationState.DefaultKeep, kept.Plan.KeptUntil);
        Assert.Equal(2, Keys().Count);

        _clock.Now += RotationState.DefaultKeep;
        var destroyed = await RunAsync();
        Assert.Equal(RotationStep.DestroyOld, destroyed.Plan.Step);
        Assert.Equal(next.Id, Assert.Single(Keys()).Id);
        Assert.False(File.Exists(RotationFile.PathFor(Chain)));
        Assert.Equal(RotationStep.Nothing, (await RunAsync(NextStep with { Request = new RotationRequest(MayBegin: false) })).Plan.Step);
    }

    [Fact]
    public async Task Run_GoneBackWithinTheTime_DestroysTheOtherOneAndNeverTheOneInUse()
    {
        var oldChain = await File.ReadAllTextAsync(Chain);
        var old = Assert.Single(Keys());
        var next = (await RunAsync()).Keys.Next!;
        Import(next);
        _clock.Now += TimeSpan.FromDays(3);

        var (_, until) = Install(oldChain, old);
        Assert.Equal(_clock.Now + RotationState.DefaultKeep, until);

        // When the first one would have been due it is in use, and the other one's time has begun only now.
        _clock.Now += TimeSpan.FromDays(4);
        Assert.Equal(RotationStep.KeepOld, (await RunAsync()).Plan.Step);
        Assert.Equal(2, Keys().Count);
        _clock.Now += TimeSpan.FromDays(3);
        Assert.Equal(RotationStep.DestroyOld, (await RunAsync()).Plan.Step);
        Assert.Equal(old.Id, Assert.Single(Keys()).Id);
    }

    [Fact]
    public async Task Run_ChainCopiedOverByHand_IsNoticedAndTheOldKeyKeptFromThenOn()
    {
        var next = (await RunAsync()).Keys.Next!;
        await File.WriteAllTextAsync(Chain, Issue(next.PublicKey!));
        _clock.Now += TimeSpan.FromDays(30);

        var kept = await RunAsync();

        Assert.Equal(RotationStep.KeepOld, kept.Plan.Step);
        Assert.Equal(_clock.Now + RotationState.DefaultKeep, kept.Plan.KeptUntil);
    }

    [Fact]
    public async Task Run_OldKeyThatAnotherCertificateIsFor_IsNotDestroyed()
    {
        var oldChain = _directory.Write("shop.pem", await File.ReadAllTextAsync(Chain));
        var next = (await RunAsync()).Keys.Next!;
        Import(next);
        _clock.Now += TimeSpan.FromDays(30);
        var shop = new CertificateOptions { Name = "shop", Chain = oldChain, Key = Options.Key };

        var error = await Assert.ThrowsAsync<RotationException>(
            () => RunAsync(NextStep with { Request = new RotationRequest(DestroyNow: true) }, Options, shop));
        Assert.Contains("shop", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Keys().Count);

        // The control: without the other certificate it goes.
        await RunAsync(NextStep with { Request = new RotationRequest(DestroyNow: true) });
        Assert.Single(Keys());
    }

    [Fact]
    public async Task Run_NoRecordOfTheOldKey_DestroysNothing()
    {
        var next = (await RunAsync()).Keys.Next!;
        Import(next);
        File.Delete(RotationFile.PathFor(Chain));
        _clock.Now += TimeSpan.FromDays(30);

        await Assert.ThrowsAsync<RotationException>(() => RunAsync(NextStep with { Request = new RotationRequest(DestroyNow: true) }));
        var begun = await RunAsync(NextStep with { IsDryRun = true });

        Assert.Equal(RotationStep.MakeNext, begun.Plan.Step);
        Assert.Single(begun.Keys.Unrecorded);
        Assert.Equal(2, Keys().Count);
    }

    [Fact]
    public async Task Run_BrokenOffBetweenRecordAndKeyOrRequest_GoesOnWithoutASecondKey()
    {
        // Recorded, not made.
        using (var leaf = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Chain)))
        {
            var current = SubjectPublicKey.Parse(leaf.PublicKey.ExportSubjectPublicKeyInfo());
            RotationFile.Save(Chain, new RotationState { Next = new NextKey("ab", _clock.Now, Chain + ".csr") }.Settle(current, _clock.Now));
        }

        var made = await RunAsync();
        Assert.Equal((RotationStep.MakeNext, 2), (made.Plan.Step, Keys().Count));

        // Made, and not recorded whole; its request is another's.
        RotationFile.Save(Chain, made.State with { Next = made.State.Next! with { PublicKey = null } });
        await File.WriteAllTextAsync(Chain + ".csr", "something else");
        var again = await RunAsync();
        Assert.Equal((RotationStep.AwaitCertificate, 2), (again.Plan.Step, Keys().Count));
        AssertRequest(await File.ReadAllTextAsync(Chain + ".csr"), made.Keys.Next!);
        Assert.True(again.State.Next!.PublicKey!.Matches(made.Keys.Next!.PublicKey!));
    }

    [Fact]
    public async Task Run_DryRun_ChangesNothing()
    {
        var files = Directory.GetFileSystemEntries(_directory.Path);

        Assert.Equal(RotationStep.MakeNext, (await RunAsync(NextStep with { IsDryRun = true })).Plan.Step);

        Assert.Equal(files, Directory.GetFileSystemEntries(_directory.Path));
        Assert.Single(Keys());
    }

    [Fact]
    public async Task Run_Abandon_DestroysTheNextKeyAndKeepsTheOneInUse()
    {
        var old = Assert.Single(Keys());
        await RunAsync(NextStep with { Kind = KeyKind.EcP384, RequestFile = _directory.File("to-ca.csr") });
        Assert.Contains(Keys(), key => key.PublicKey!.Bits == 384);
        Assert.True(File.Exists(_directory.File("to-ca.csr")));

        await RunAsync(NextStep with { Request = new RotationRequest(Abandon: true) });

        Assert.Equal(old.Id, Assert.Single(Keys()).Id);
        Assert.False(File.Exists(RotationFile.PathFor(Chain)));
    }

    [Fact]
    public async Task Run_WhileAnotherCommandIsAtIt_IsRefused()
    {
        using var other = RotationLock.Take(Chain);

        await Assert.ThrowsAsync<RotationException>(() => RunAsync());

        Assert.Single(Keys());
    }

    [Theory]
    [InlineData("id=%01", "by its label")]
    [InlineData("object=web;id=%01", "by its label")]
    [InlineData("object=other", "not among the keys")]
    public async Task Run_KeyThatCannotBeChanged_SaysWhy(string key, string message)
    {
        var options = Options with { Key = $"pkcs11:token={_hsm.Label};{key}" };

        var error = await Assert.ThrowsAsync<RotationException>(() => RunAsync(NextStep, options));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private Task<RotationOutcome> RunAsync(RotationSettings? settings = null, params CertificateOptions[] all)
    {
        CertificateOptions[] certificates = all.Length == 0 ? [Options] : all;
        return new KeyRotation(certificates[0], Pkcs11Uri.Parse(certificates[0].Key), _hsm.Options, certificates, _clock)
            .RunAsync(settings ?? NextStep, default);
    }

    private IReadOnlyList<TokenKeyInfo> Keys()
    {
        using var token = _hsm.Open(sessions: 1);
        return new KeyStore(token).List(_hsm.Uri("web"));
    }

    private void Import(TokenKeyInfo key)
    {
        var (result, until) = Install(Issue(key.PublicKey!), key);
        Assert.Equal(ImportOutcome.Installed, result.Outcome);
        Assert.NotNull(until);
    }

    private (ImportResult Result, DateTimeOffset? OldKeyUntil) Install(string pem, TokenKeyInfo key)
    {
        using var alone = RotationLock.Take(Chain);
        return KeySwitch.Install(
            alone, CertificateChain.Parse(Encoding.ASCII.GetBytes(pem), "from-ca.pem"), key.PublicKey!.Encoded, _clock.Now);
    }

    // Months of life, because the clock goes on by weeks.
    private string Issue(SubjectPublicKey key) =>
        _authority.Issue(key.Encoded.Span, TimeSpan.FromDays(1), TimeSpan.FromDays(90), "web.example.test", "www.example.test");

    private static void AssertRequest(string pem, TokenKeyInfo key)
    {
        var request = CertificateRequest.LoadSigningRequestPem(
            pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        Assert.Equal(key.PublicKey!.Encoded.ToArray(), request.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal("CN=web.example.test", request.SubjectName.Name);
        var names = request.CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["web.example.test", "www.example.test"], names.EnumerateDnsNames());
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
