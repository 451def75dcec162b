using System.Runtime.Versioning;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>What is on the disk, on the token and at the authority when a certificate is renewed, and what the status says of it.</summary>
[SupportedOSPlatform("linux")]
public sealed class RenewalsTests : ScriptedRenewals
{
    [Fact]
    public async Task Run_NoCertificateYet_GetsOneForTheKeyOnTheToken()
    {
        var answer = "";
        Authority.OnChallenge = () => answer = File.ReadAllText(Path.Combine(Challenges, Authority.Token));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.Renewed, null), (outcome.Result, outcome.Message));
        var chain = CertificateChain.Load(Chain);
        Assert.Equal(Key.ExportSubjectPublicKeyInfo(), chain.Leaf!.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(["example.org"], chain.DnsNames);
        Assert.Equal(2, chain.Certificates.Count);
        var account = Authority.Payloads["/account"]!;
        Assert.True((bool)account["termsOfServiceAgreed"]!);
        Assert.Equal("mailto:a@example.org", (string)account["contact"]![0]!);
        using var key = AccountKeyFile.Open(Path.Combine(Folder.FullName, "acme-ca.key"));
        Assert.Equal(Authority.Token + "." + new AccountKey(key).Thumbprint, answer);
        Assert.Empty(Directory.GetFiles(Challenges));
    }

    [Fact]
    public async Task Run_AccountKeyFile_IsForItsOwnerOnlyAndStays()
    {
        await RunAsync();
        var path = Path.Combine(Folder.FullName, "acme-ca.key");
        var key = await File.ReadAllTextAsync(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        await RunAsync(force: true);
        Assert.Equal(key, await File.ReadAllTextAsync(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", (await RunAsync(force: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnotherCommandAtTheChain_TouchesNeitherTokenNorAuthority()
    {
        using (RotationLock.Take(Chain))
            Assert.Contains("another fsp works on", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.Empty(Opened);
        Assert.Empty(Authority.Requests);

        // The other way round: while it renews, nobody else changes the chain.
        var refused = false;
        Authority.OnChallenge = () => refused = Record.Exception(() => RotationLock.Take(Chain).Dispose()) is RotationException;
        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);
        Assert.True(refused);
        RotationLock.Take(Chain).Dispose();
    }

    [Fact]
    public async Task Run_ChangeOfKeysUnderWay_LeavesTheNextKeyWaiting()
    {
        await RunAsync();
        var current = SubjectPublicKey.Parse(Key.ExportSubjectPublicKeyInfo());
        RotationFile.Save(Chain, new RotationState { Next = new NextKey("02", Time.GetUtcNow(), Chain + ".csr") }
            .Settle(current, Time.GetUtcNow()));

        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);

        Assert.Equal("02", RotationFile.Load(Chain).Next!.Id);
        Assert.Empty(RotationFile.Load(Chain).Old);
        Assert.True(File.Exists(Chain + AtomicFile.PreviousSuffix));
    }

    [Fact]
    public async Task Status_EachState_HasOneStepAndNothingToDoByHandButForceIt()
    {
        Assert.Equal((true, "there is no certificate yet: `fsp acme renew --force --config fsp.jsonc --certificate web` gets one by ACME (ca)"), Status());

        await RunAsync();
        var (isDue, text) = Status();
        Assert.False(isDue);
        Assert.Matches("^renewed by ACME \\(ca\\) from 2026-.* UTC on$", text);

        // Forced before its time: nobody is in need of it.
        Authority.Verdict = "invalid";
        await RunAsync(force: true);
        (isDue, text) = Status();
        Assert.False(isDue);
        Assert.Contains("; the last try failed: the authority could not see", text, StringComparison.Ordinal);

        Time.Advance(TimeSpan.FromDays(66));
        await RunAsync();
        (isDue, text) = Status();
        Assert.True(isDue);
        Assert.Contains("It is tried again from 2026-", text, StringComparison.Ordinal);

        // Expired: what is to be done is the same.
        Time.Advance(TimeSpan.FromDays(60));
        Assert.True(Status().IsDue);

        Refusal = TokenException.PinRefused("The PIN is wrong.");
        await RunAsync();
        (isDue, text) = Status();
        Assert.True(isDue);
        Assert.Contains("it is not renewed by ACME (ca) any more; the last try failed: The PIN is wrong. Put", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_NobodyLooks_IsDueADayAfterItsTime()
    {
        var renewed = await RunAsync();
        var at = renewed.Next!.Value;
        Time.Advance(at - Time.GetUtcNow() + TimeSpan.FromHours(23));
        Assert.False(Status().IsDue);

        Time.Advance(TimeSpan.FromHours(2));
        var (isDue, text) = Status();

        Assert.True(isDue);
        Assert.Contains("and nobody has tried: does fsp-acme.timer run", text, StringComparison.Ordinal);

        // Nor does it look well where it was never looked after at all.
        File.Delete(RenewalState.PathFor(Chain));
        Time.Advance(TimeSpan.FromDays(6));
        Assert.True(Status().IsDue);
    }

    private (bool IsDue, string Text) Status()
    {
        var certificate = Options().Certificates[0];
        var steps = new CertificateSteps(new CommandText("fsp.jsonc", "web"), Time.GetUtcNow());
        steps.AddRenewed(RenewalPlan.Load(certificate), certificate.Acme!);
        var step = Assert.Single(steps.All);
        Assert.DoesNotContain("fsp csr", step.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fsp cert import", step.Text, StringComparison.Ordinal);
        return (step.IsDue, step.Text);
    }
}
