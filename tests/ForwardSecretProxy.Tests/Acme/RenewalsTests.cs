using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Tests.Certificates;
using ForwardSecretProxy.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>When certificates are renewed, and what comes of it, with an authority that follows a script.</summary>
[SupportedOSPlatform("linux")]
public sealed class RenewalsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsp-test-");
    private readonly LeapingTime _time = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<string> _opened = [];
    private readonly ScriptedAuthority _authority;
    private Exception? _refusal;
    private string _account = "\"AcceptTerms\": true, \"Contact\": [ \"a@example.org\" ]";

    public RenewalsTests() => _authority = new ScriptedAuthority(_time);

    private string Chain => Path.Combine(_folder.FullName, "web.pem");

    private string Challenges => Path.Combine(_folder.FullName, "challenges");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_NoCertificateYet_GetsOneForTheKeyOnTheToken()
    {
        var answer = "";
        _authority.OnChallenge = () => answer = File.ReadAllText(Path.Combine(Challenges, _authority.Token));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.Renewed, null), (outcome.Result, outcome.Message));
        var chain = CertificateChain.Load(Chain);
        Assert.Equal(_key.ExportSubjectPublicKeyInfo(), chain.Leaf!.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(["example.org"], chain.DnsNames);
        Assert.Equal(2, chain.Certificates.Count);
        var account = _authority.Payloads["/account"]!;
        Assert.True((bool)account["termsOfServiceAgreed"]!);
        Assert.Equal("mailto:a@example.org", (string)account["contact"]![0]!);
        using var key = AccountKeyFile.Open(Path.Combine(_folder.FullName, "acme-ca.key"));
        Assert.Equal(_authority.Token + "." + new AccountKey(key).Thumbprint, answer);
        Assert.Empty(Directory.GetFiles(Challenges));
    }

    [Fact]
    public async Task Run_AccountKeyFile_IsForItsOwnerOnlyAndStays()
    {
        await RunAsync();
        var path = Path.Combine(_folder.FullName, "acme-ca.key");
        var key = await File.ReadAllTextAsync(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        await RunAsync(force: true);
        Assert.Equal(key, await File.ReadAllTextAsync(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", (await RunAsync(force: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingDue_OpensNoTokenAndOrdersNothing()
    {
        await RunAsync();
        var installed = await File.ReadAllBytesAsync(Chain);
        _opened.Clear();
        _authority.Requests.Clear();

        var outcome = await RunAsync();

        Assert.Equal(RenewalResult.NotDue, outcome.Result);
        Assert.Empty(_opened);
        Assert.Empty(_authority.Requests);
        Assert.Equal(installed, await File.ReadAllBytesAsync(Chain));
        Assert.InRange(outcome.Next!.Value - _time.GetUtcNow(), TimeSpan.FromDays(59.9), TimeSpan.FromDays(64.6));
    }

    [Fact]
    public async Task Run_TwoThirdsOfTheLife_RenewsWhereTheAuthoritySuggestsNothing()
    {
        await RunAsync();
        _time.Advance(TimeSpan.FromDays(59));
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        _time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);

        Assert.Null(_authority.Payloads["/order"]!["replaces"]);
    }

    [Fact]
    public async Task Run_SuggestedWindow_IsFollowedAndNamesWhatIsReplaced()
    {
        Suggest(10, 12);
        var first = await RunAsync();
        Assert.Equal(TimeSpan.FromHours(6), first.Next!.Value - _time.GetUtcNow());
        var before = CertificateChain.Load(Chain).Leaf!;
        _time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        _time.Advance(TimeSpan.FromDays(4));
        Suggest(-3, -1);
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);

        Assert.Equal(RenewalId.Of(before.Der), (string)_authority.Payloads["/order"]!["replaces"]!);
        Assert.Contains("GET /renewal/" + RenewalId.Of(before.Der), _authority.Requests);
    }

    [Fact]
    public async Task Run_WindowMovedToNow_RenewsAtTheNextLook()
    {
        // A mass revocation: the reason why one keeps asking.
        Suggest(60, 62);
        await RunAsync();
        Suggest(-2, -1);
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        _time.Advance(TimeSpan.FromHours(7));
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_SameWindow_IsDrawnFromOnce()
    {
        Suggest(30, 60);
        await RunAsync();
        var drawn = RenewalState.Load(Chain).RenewAt;
        _time.Advance(TimeSpan.FromHours(7));
        Suggest(30, 60, TimeSpan.FromHours(-7));

        await RunAsync();
        Assert.Equal(drawn, RenewalState.Load(Chain).RenewAt);
        Assert.True(RenewalState.Load(Chain).AskAgainAt > _time.GetUtcNow());

        _time.Advance(TimeSpan.FromHours(7));
        Suggest(40, 60);
        await RunAsync();
        Assert.NotEqual(drawn, RenewalState.Load(Chain).RenewAt);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("99999999", 24 * 60)]
    public async Task Run_PauseOfTheWindow_IsKeptInBounds(string retryAfter, int minutes)
    {
        Suggest(60, 62);
        _authority.RetryAfter = retryAfter;

        var outcome = await RunAsync();

        Assert.Equal(TimeSpan.FromMinutes(minutes), outcome.Next!.Value - _time.GetUtcNow());
    }

    [Fact]
    public async Task Run_AuthorityOfTheWindowDown_IsNoFailure()
    {
        Suggest(10, 12);
        await RunAsync();
        var drawn = RenewalState.Load(Chain).RenewAt;
        _authority.Instead = path => path.StartsWith("/renewal/", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.InternalServerError) : null;
        _time.Advance(TimeSpan.FromHours(7));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.NotDue, null), (outcome.Result, outcome.Message));
        Assert.Equal(drawn, RenewalState.Load(Chain).RenewAt);
    }

    [Fact]
    public async Task Run_ReplacedAlready_IsOrderedWithoutIt()
    {
        Suggest(-2, -1);
        await RunAsync();
        _authority.Instead = path => path == "/order" && _authority.Payloads[path]!["replaces"] is not null
            ? ScriptedAuthority.Problem("alreadyReplaced", "done", HttpStatusCode.Conflict) : null;

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
        Assert.Equal(2, _authority.Requests.SkipWhile(each => !each.StartsWith("GET /renewal", StringComparison.Ordinal)).Count(each => each == "POST /order"));
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task Run_BadNonces_AreTriedAgainUpToALimit(int refused, bool isRenewed)
    {
        _authority.NoncesToRefuse = refused;

        var outcome = await RunAsync();

        Assert.Equal(isRenewed ? RenewalResult.Renewed : RenewalResult.Failed, outcome.Result);
        Assert.Equal(10, _authority.Requests.TakeWhile(each => each != "POST /order").Count(each => each == "POST /account"));
    }

    [Fact]
    public async Task Run_RateLimited_WaitsAsLongAsTheAuthorityAsks()
    {
        _authority.Instead = path => path == "/order" ? Limited() : null;
        var outcome = await RunAsync();
        Assert.Equal((RenewalResult.Failed, TimeSpan.FromDays(2)), (outcome.Result, outcome.Next!.Value - _time.GetUtcNow()));
        Assert.Contains("rateLimited: too many certificates", outcome.Message, StringComparison.Ordinal);

        _authority.Requests.Clear();
        _time.Advance(TimeSpan.FromDays(1));
        outcome = await RunAsync();
        Assert.Equal(RenewalResult.Waiting, outcome.Result);
        Assert.Contains("rateLimited", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(_authority.Requests);

        _authority.Instead = _ => null;
        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);
        Assert.Equal(0, RenewalState.Load(Chain).Failures);

        static HttpResponseMessage Limited()
        {
            var response = ScriptedAuthority.Problem("rateLimited", "too many certificates", HttpStatusCode.TooManyRequests);
            response.Headers.Add("Retry-After", "172800");
            return response;
        }
    }

    [Fact]
    public async Task Run_Failures_AreTriedLaterEachTime()
    {
        _authority.Verdict = "invalid";
        var waits = new List<TimeSpan>();
        for (var tries = 0; tries < 10; tries++)
        {
            var outcome = await RunAsync();
            Assert.Equal(RenewalResult.Failed, outcome.Result);
            waits.Add(outcome.Next!.Value - _time.GetUtcNow());
            _time.Advance(waits[^1]);
        }

        Assert.InRange(waits[0], TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(12.5));
        Assert.InRange(waits[3], TimeSpan.FromMinutes(80), TimeSpan.FromMinutes(100));
        Assert.InRange(waits[9], TimeSpan.FromHours(12), TimeSpan.FromHours(15));
    }

    [Fact]
    public async Task Run_PinRefused_IsNotTriedAgainBeforeSomebodySaysSo()
    {
        _refusal = TokenException.PinRefused("The PIN is wrong.");
        var outcome = await RunAsync();
        Assert.Equal((RenewalResult.Failed, null, "The PIN is wrong"), (outcome.Result, outcome.Next, outcome.Message));
        Assert.Single(_opened);

        // From a timer, for months, also once the PIN has been corrected: nothing tells that it has.
        _refusal = null;
        _time.Advance(TimeSpan.FromDays(60));
        outcome = await RunAsync();
        Assert.Equal((RenewalResult.Waiting, null, "The PIN is wrong"), (outcome.Result, outcome.Next, outcome.Message));
        Assert.Single(_opened);

        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_TokenGone_IsTriedAgainByItself()
    {
        // The control of the one above.
        _refusal = new TokenException("There is no token.");
        _time.Advance((await RunAsync()).Next!.Value - _time.GetUtcNow());
        _refusal = null;

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_PinRefusedForASignature_IsNotTriedAgainEither()
    {
        _refusal = new SigningException("It did not sign.", TokenException.PinRefused("The PIN is wrong."));

        Assert.Null((await RunAsync()).Next);
    }

    [Fact]
    public async Task Run_AuthorizationFails_SaysWhyAndLeavesTheChain()
    {
        await RunAsync();
        var installed = await File.ReadAllBytesAsync(Chain);
        _authority.Verdict = "invalid";

        var outcome = await RunAsync(force: true);

        Assert.Equal(RenewalResult.Failed, outcome.Result);
        Assert.Contains("could not see that example.org is ours, by http-01: connection: refused by  peer", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(installed, await File.ReadAllBytesAsync(Chain));
        Assert.Empty(Directory.GetFiles(Challenges));
    }

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("a.tls-alpn-01.pem")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task Run_TokenThatIsNone_WritesNoFile(string token)
    {
        _authority.Token = token;

        Assert.Contains("no token of the form", (await RunAsync()).Message, StringComparison.Ordinal);

        Assert.Equal([Path.Combine(_folder.FullName, "acme-ca.key"), RenewalState.PathFor(Chain)],
            Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_ChallengeNotOffered_NamesThoseThatAre()
    {
        _authority.ChallengeType = "dns-01";

        Assert.Contains("does not offer http-01 for example.org, but dns-01", (await RunAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TermsNotAccepted_NamesThemAndRegistersNothing()
    {
        _account = "";

        Assert.Contains("https://ca.example/terms", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /account", _authority.Requests);
    }

    [Fact]
    public async Task Run_ExternalAccountWanted_SaysWhatToSet()
    {
        DescribeDirectory("\"meta\":{\"externalAccountRequired\":true}");

        Assert.Contains("ExternalAccount", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /account", _authority.Requests);
    }

    [Fact]
    public async Task Run_PlainHttpFromTheAuthority_IsNotAsked()
    {
        DescribeDirectory("\"meta\":{}", "http://ca.example/");

        Assert.Contains("not https: http://ca.example/", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(["GET /directory"], _authority.Requests);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"newNonce\":\"https://ca.example/nonce\"}")]
    [InlineData("<html>")]
    public async Task Run_OddDirectory_IsAnErrorOfTheAuthoritys(string body)
    {
        _authority.Instead = path => path == "/directory" ? new HttpResponseMessage { Content = new StringContent(body) } : null;

        var outcome = await RunAsync();

        Assert.Equal(RenewalResult.Failed, outcome.Result);
        Assert.Contains("not what RFC 8555 says", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnswerWithoutEnd_IsCutOff()
    {
        _authority.Instead = path => path == "/directory" ? new HttpResponseMessage { Content = new ByteArrayContent(new byte[600 * 1024]) } : null;

        Assert.Contains("ca.example could not be asked", (await RunAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CertificateForAnotherKey_IsNotInstalled()
    {
        var other = new TestAuthority();
        _authority.Instead = path => path == "/certificate/1"
            ? new HttpResponseMessage { Content = new StringContent(TestAuthority.Pem(other.Leaf(Named(other.LeafKey)), other.Intermediate)) } : null;

        var outcome = await RunAsync();

        Assert.Contains("cannot be served: the leaf's public key is not", outcome.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Chain));
    }

    [Fact]
    public async Task Run_CertificateForAnotherName_IsNotInstalled()
    {
        var other = new TestAuthority();
        _authority.Instead = path => path == "/certificate/1"
            ? new HttpResponseMessage { Content = new StringContent(TestAuthority.Pem(other.Leaf(TestAuthority.GoodLeaf(_key)), other.Intermediate)) } : null;

        Assert.Contains("not what was ordered", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Chain));
    }

    [Fact]
    public async Task Run_AnotherCommandAtTheChain_TouchesNeitherTokenNorAuthority()
    {
        using (RotationLock.Take(Chain))
            Assert.Contains("another fsp works on", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.Empty(_opened);
        Assert.Empty(_authority.Requests);

        // The other way round: while it renews, nobody else changes the chain.
        var refused = false;
        _authority.OnChallenge = () => refused = Record.Exception(() => RotationLock.Take(Chain).Dispose()) is RotationException;
        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);
        Assert.True(refused);
        RotationLock.Take(Chain).Dispose();
    }

    [Fact]
    public async Task Run_ChangeOfKeysUnderWay_LeavesTheNextKeyWaiting()
    {
        await RunAsync();
        var current = SubjectPublicKey.Parse(_key.ExportSubjectPublicKeyInfo());
        RotationFile.Save(Chain, new RotationState { Next = new NextKey("02", _time.GetUtcNow(), Chain + ".csr") }
            .Settle(current, _time.GetUtcNow()));

        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);

        Assert.Equal("02", RotationFile.Load(Chain).Next!.Id);
        Assert.Empty(RotationFile.Load(Chain).Old);
        Assert.True(File.Exists(Chain + AtomicFile.PreviousSuffix));
    }

    [Fact]
    public async Task Run_SelfSigned_IsReplacedAtOnce()
    {
        var request = Named(_key);
        using (var own = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(80)))
            await File.WriteAllTextAsync(Chain, own.ExportCertificatePem());

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_AccountKeyIsTheCertificates_IsRefused()
    {
        _account += ", \"AccountKey\": \"pkcs11:token=fsp;object=web\"";

        Assert.Contains("the account's own", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /order", _authority.Requests);
    }

    [Fact]
    public async Task Run_TwoCertificatesOfAnAccountOnAToken_OpenItsKeyOnceAndMakeNoFile()
    {
        const string account = "pkcs11:token=fsp;object=acme";
        _account += $", \"AccountKey\": \"{account}\"";
        _authority.Instead = path => path == "/account" ? ScriptedAuthority.Problem("serverInternal", "not now") : null;
        var options = Options();
        var web = options.Certificates[0];
        options = options with { Certificates = [web, web with { Name = "mail", Chain = Path.Combine(_folder.FullName, "mail.pem") }] };

        var outcomes = await NewRenewals(options).RunAsync(null, false, default);

        Assert.Equal([RenewalResult.Failed, RenewalResult.Failed], outcomes.Select(each => each.Result));
        Assert.Equal(2, _authority.Requests.Count(each => each == "POST /account"));
        Assert.Single(_opened, account);
        Assert.False(File.Exists(account));
    }

    [Fact]
    public async Task Run_SlowAuthority_IsWaitedForAndGivenUp()
    {
        _authority.Verdict = "pending";

        var outcome = await RunAsync();

        Assert.Contains("had not decided", outcome.Message, StringComparison.Ordinal);
        Assert.InRange(_time.Waited, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task Run_ChainReplacedAfterAFailure_RemembersNoFailure()
    {
        _authority.Verdict = "invalid";
        Assert.Equal(RenewalResult.Failed, (await RunAsync()).Result);
        Assert.Equal(RenewalResult.Waiting, (await RunAsync()).Result);
        var other = new TestAuthority();
        await File.WriteAllTextAsync(Chain, TestAuthority.Pem(other.Leaf(Named(_key)), other.Intermediate));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.NotDue, null), (outcome.Result, outcome.Message));
        Assert.Equal(0, RenewalState.Load(Chain).Failures);
    }

    [Fact]
    public async Task Run_StateThatIsNone_IsMadeAnew()
    {
        await RunAsync();
        await File.WriteAllTextAsync(RenewalState.PathFor(Chain), "{ \"failures\": \"many\"");

        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);
        Assert.NotNull(RenewalState.Load(Chain).RenewAt);
    }

    [Fact]
    public async Task Loop_Months_RenewsWhenItIsTimeAndStopsWhenAsked()
    {
        using var stop = new CancellationTokenSource();
        var moments = new List<DateTimeOffset>();
        _authority.OnChallenge = () =>
        {
            moments.Add(_time.GetUtcNow());
            if (moments.Count == 2) stop.Cancel();
        };

        await new RenewalLoop(NewRenewals(), _time, NullLogger.Instance).RunAsync(stop.Token).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(2, moments.Count);
        Assert.InRange(moments[1] - moments[0], TimeSpan.FromDays(60), TimeSpan.FromDays(65));
        Assert.Empty(Directory.GetFiles(Challenges));
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
        _authority.Verdict = "invalid";
        await RunAsync(force: true);
        (isDue, text) = Status();
        Assert.False(isDue);
        Assert.Contains("; the last try failed: the authority could not see", text, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromDays(66));
        await RunAsync();
        (isDue, text) = Status();
        Assert.True(isDue);
        Assert.Contains("It is tried again from 2026-", text, StringComparison.Ordinal);

        // Expired: what is to be done is the same.
        _time.Advance(TimeSpan.FromDays(60));
        Assert.True(Status().IsDue);

        _refusal = TokenException.PinRefused("The PIN is wrong.");
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
        _time.Advance(at - _time.GetUtcNow() + TimeSpan.FromHours(23));
        Assert.False(Status().IsDue);

        _time.Advance(TimeSpan.FromHours(2));
        var (isDue, text) = Status();

        Assert.True(isDue);
        Assert.Contains("and nobody has tried: does fsp-acme.timer run", text, StringComparison.Ordinal);

        // Nor does it look well where it was never looked after at all.
        File.Delete(RenewalState.PathFor(Chain));
        _time.Advance(TimeSpan.FromDays(6));
        Assert.True(Status().IsDue);
    }

    private (bool IsDue, string Text) Status()
    {
        var certificate = Options().Certificates[0];
        var steps = new CertificateSteps(new CommandText("fsp.jsonc", "web"), _time.GetUtcNow());
        steps.AddRenewed(RenewalPlan.Load(certificate), certificate.Acme!);
        var step = Assert.Single(steps.All);
        Assert.DoesNotContain("fsp csr", step.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fsp cert import", step.Text, StringComparison.Ordinal);
        return (step.IsDue, step.Text);
    }

    private static CertificateRequest Named(AsymmetricAlgorithm key) => TestAuthority.Bare(
        key, TestAuthority.Names("example.org"),
        TestAuthority.Usage(X509KeyUsageFlags.DigitalSignature), TestAuthority.Purpose("1.3.6.1.5.5.7.3.1"));

    private void Suggest(double fromDays, double toDays, TimeSpan shift = default) => _authority.Window = JsonSerializer.Serialize(new
    {
        start = _time.GetUtcNow() + shift + TimeSpan.FromDays(fromDays),
        end = _time.GetUtcNow() + shift + TimeSpan.FromDays(toDays),
    });

    private void DescribeDirectory(string meta, string root = "https://ca.example/") => _authority.Instead = path => path == "/directory"
        ? new HttpResponseMessage
        {
            Content = new StringContent(
                $$"""{"newNonce":"{{root}}nonce","newAccount":"{{root}}account","newOrder":"{{root}}order",{{meta}}}"""),
        }
        : null;

    private async Task<RenewalOutcome> RunAsync(bool force = false) =>
        Assert.Single(await NewRenewals().RunAsync(null, force, default));

    private Renewals NewRenewals(ProxyOptions? options = null) =>
        new(options ?? Options(), OpenAsync, _ => new AcmeTransport(new Connection(_authority), _time), _time, new Random(1));

    private ProxyOptions Options()
    {
        const string redirect = "\"http\": { \"Address\": \"0.0.0.0:80\", \"Protocol\": \"redirect\", \"AcmeChallengeFolder\": ";
        var key = _account.Contains("AccountKey", StringComparison.Ordinal) ? "" : $", \"AccountKey\": \"{_folder.FullName}/acme-ca.key\"";
        var account = $"\"Directory\": \"https://ca.example/directory\"{key}" + (_account.Length == 0 ? "" : ", " + _account);
        var loaded = Configurations.Load(Configurations.Good
            .Replace("\"web.pem\"", $"\"{Chain}\"", StringComparison.Ordinal)
            .Replace("object=web\" }", "object=web\", \"Acme\": { \"Names\": [ \"example.org\" ] } }", StringComparison.Ordinal)
            .Replace("[ \"web\" ] }", $"[ \"web\" ] }}, {redirect}\"{Challenges}\" }}", StringComparison.Ordinal)
            .Replace("\"Tls\": { }", $"\"Acme\": {{ \"ca\": {{ {account} }} }}", StringComparison.Ordinal));
        Assert.Empty(loaded.Context.Problems);
        return loaded.Options!;
    }

    private Task<OpenKey> OpenAsync(string uri, string place, ReadOnlyMemory<byte>? preferred, CancellationToken cancellationToken)
    {
        _opened.Add(uri);
        if (_refusal is not null) throw _refusal;
        return Task.FromResult(new OpenKey(new KeyPairSigner(_key, SignatureScheme.EcdsaSecp256r1Sha256), Stream.Null));
    }

    /// <summary>One of many, after which the authority goes on.</summary>
    private sealed class Connection(ScriptedAuthority authority) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            authority.AnswerAsync(request, cancellationToken);
    }
}
