using System.Net;
using System.Runtime.Versioning;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>What is said of a certificate that was not to be had, and when it is tried again.</summary>
[SupportedOSPlatform("linux")]
public sealed class RenewalFailureTests : ScriptedRenewals
{
    [Fact]
    public async Task Run_RateLimited_WaitsAsLongAsTheAuthorityAsks()
    {
        Authority.Instead = path => path == "/order" ? Limited() : null;
        var outcome = await RunAsync();
        Assert.Equal((RenewalResult.Failed, TimeSpan.FromDays(2)), (outcome.Result, outcome.Next!.Value - Time.GetUtcNow()));
        Assert.Contains("rateLimited: too many certificates", outcome.Message, StringComparison.Ordinal);

        Authority.Requests.Clear();
        Time.Advance(TimeSpan.FromDays(1));
        outcome = await RunAsync();
        Assert.Equal(RenewalResult.Waiting, outcome.Result);
        Assert.Contains("rateLimited", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(Authority.Requests);

        Authority.Instead = _ => null;
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
        Authority.Verdict = "invalid";
        var waits = new List<TimeSpan>();
        for (var tries = 0; tries < 10; tries++)
        {
            var outcome = await RunAsync();
            Assert.Equal(RenewalResult.Failed, outcome.Result);
            waits.Add(outcome.Next!.Value - Time.GetUtcNow());
            Time.Advance(waits[^1]);
        }

        Assert.InRange(waits[0], TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(12.5));
        Assert.InRange(waits[3], TimeSpan.FromMinutes(80), TimeSpan.FromMinutes(100));
        Assert.InRange(waits[9], TimeSpan.FromHours(12), TimeSpan.FromHours(15));
    }

    [Fact]
    public async Task Run_PinRefused_IsNotTriedAgainBeforeSomebodySaysSo()
    {
        Refusal = TokenException.PinRefused("The PIN is wrong.");
        var outcome = await RunAsync();
        Assert.Equal((RenewalResult.Failed, null, "The PIN is wrong"), (outcome.Result, outcome.Next, outcome.Message));
        Assert.Single(Opened);

        // From a timer, for months, also once the PIN has been corrected: nothing tells that it has.
        Refusal = null;
        Time.Advance(TimeSpan.FromDays(60));
        outcome = await RunAsync();
        Assert.Equal((RenewalResult.Waiting, null, "The PIN is wrong"), (outcome.Result, outcome.Next, outcome.Message));
        Assert.Single(Opened);

        Assert.Equal(RenewalResult.Renewed, (await RunAsync(force: true)).Result);
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_TokenGone_IsTriedAgainByItself()
    {
        // The control of the one above.
        Refusal = new TokenException("There is no token.");
        Time.Advance((await RunAsync()).Next!.Value - Time.GetUtcNow());
        Refusal = null;

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_PinRefusedForASignature_IsNotTriedAgainEither()
    {
        Refusal = new SigningException("It did not sign.", TokenException.PinRefused("The PIN is wrong."));

        Assert.Null((await RunAsync()).Next);
    }

    [Fact]
    public async Task Run_AuthorizationFails_SaysWhyAndLeavesTheChain()
    {
        await RunAsync();
        var installed = await File.ReadAllBytesAsync(Chain);
        Authority.Verdict = "invalid";

        var outcome = await RunAsync(force: true);

        Assert.Equal(RenewalResult.Failed, outcome.Result);
        Assert.Contains("could not see that example.org is ours, by http-01: connection: refused by  peer", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(installed, await File.ReadAllBytesAsync(Chain));
        Assert.Empty(Directory.GetFiles(Challenges));
    }

    [Fact]
    public async Task Run_ChallengeNotOffered_NamesThoseThatAre()
    {
        Authority.ChallengeType = "dns-01";

        Assert.Contains("does not offer http-01 for example.org, but dns-01", (await RunAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TermsNotAccepted_NamesThemAndRegistersNothing()
    {
        Account = "";

        Assert.Contains("https://ca.example/terms", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /account", Authority.Requests);
    }

    [Fact]
    public async Task Run_ExternalAccountWanted_SaysWhatToSet()
    {
        DescribeDirectory("\"meta\":{\"externalAccountRequired\":true}");

        Assert.Contains("ExternalAccount", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /account", Authority.Requests);
    }

    [Fact]
    public async Task Run_AccountKeyIsTheCertificates_IsRefused()
    {
        Account += ", \"AccountKey\": \"pkcs11:token=fsp;object=web\"";

        Assert.Contains("the account's own", (await RunAsync()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /order", Authority.Requests);
    }

    [Fact]
    public async Task Run_TwoCertificatesOfAnAccountOnAToken_OpenItsKeyOnceAndMakeNoFile()
    {
        const string account = "pkcs11:token=fsp;object=acme";
        Account += $", \"AccountKey\": \"{account}\"";
        Authority.Instead = path => path == "/account" ? ScriptedAuthority.Problem("serverInternal", "not now") : null;
        var options = Options();
        var web = options.Certificates[0];
        options = options with { Certificates = [web, web with { Name = "mail", Chain = Path.Combine(Folder.FullName, "mail.pem") }] };

        var outcomes = await NewRenewals(options).RunAsync(null, false, default);

        Assert.Equal([RenewalResult.Failed, RenewalResult.Failed], outcomes.Select(each => each.Result));
        Assert.Equal(2, Authority.Requests.Count(each => each == "POST /account"));
        Assert.Single(Opened, account);
        Assert.False(File.Exists(account));
    }

    [Fact]
    public async Task Run_SlowAuthority_IsWaitedForAndGivenUp()
    {
        Authority.Verdict = "pending";

        var outcome = await RunAsync();

        Assert.Contains("had not decided", outcome.Message, StringComparison.Ordinal);
        Assert.InRange(Time.Waited, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
    }

    [Fact]
    public async Task Run_ChainReplacedAfterAFailure_RemembersNoFailure()
    {
        Authority.Verdict = "invalid";
        Assert.Equal(RenewalResult.Failed, (await RunAsync()).Result);
        Assert.Equal(RenewalResult.Waiting, (await RunAsync()).Result);
        var other = new TestAuthority();
        await File.WriteAllTextAsync(Chain, TestAuthority.Pem(other.Leaf(Named(Key)), other.Intermediate));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.NotDue, null), (outcome.Result, outcome.Message));
        Assert.Equal(0, RenewalState.Load(Chain).Failures);
    }
}
