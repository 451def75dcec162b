using System.Net;
using System.Runtime.Versioning;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>When certificates are renewed.</summary>
[SupportedOSPlatform("linux")]
public sealed class RenewalTimeTests : ScriptedRenewals
{
    [Fact]
    public async Task Run_NothingDue_OpensNoTokenAndOrdersNothing()
    {
        await RunAsync();
        var installed = await File.ReadAllBytesAsync(Chain);
        Opened.Clear();
        Authority.Requests.Clear();

        var outcome = await RunAsync();

        Assert.Equal(RenewalResult.NotDue, outcome.Result);
        Assert.Empty(Opened);
        Assert.Empty(Authority.Requests);
        Assert.Equal(installed, await File.ReadAllBytesAsync(Chain));
        Assert.InRange(outcome.Next!.Value - Time.GetUtcNow(), TimeSpan.FromDays(59.9), TimeSpan.FromDays(64.6));
    }

    [Fact]
    public async Task Run_TwoThirdsOfTheLife_RenewsWhereTheAuthoritySuggestsNothing()
    {
        await RunAsync();
        Time.Advance(TimeSpan.FromDays(59));
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        Time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);

        Assert.Null(Authority.Payloads["/order"]!["replaces"]);
    }

    [Fact]
    public async Task Run_SuggestedWindow_IsFollowedAndNamesWhatIsReplaced()
    {
        Suggest(10, 12);
        var first = await RunAsync();
        Assert.Equal(TimeSpan.FromHours(6), first.Next!.Value - Time.GetUtcNow());
        var before = CertificateChain.Load(Chain).Leaf!;
        Time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        Time.Advance(TimeSpan.FromDays(4));
        Suggest(-3, -1);
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);

        Assert.Equal(RenewalId.Of(before.Der), (string)Authority.Payloads["/order"]!["replaces"]!);
        Assert.Contains("GET /renewal/" + RenewalId.Of(before.Der), Authority.Requests);
    }

    [Fact]
    public async Task Run_WindowMovedToNow_RenewsAtTheNextLook()
    {
        // A mass revocation: the reason why one keeps asking.
        Suggest(60, 62);
        await RunAsync();
        Suggest(-2, -1);
        Assert.Equal(RenewalResult.NotDue, (await RunAsync()).Result);

        Time.Advance(TimeSpan.FromHours(7));
        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
    }

    [Fact]
    public async Task Run_SameWindow_IsDrawnFromOnce()
    {
        Suggest(30, 60);
        await RunAsync();
        var drawn = RenewalState.Load(Chain).RenewAt;
        Time.Advance(TimeSpan.FromHours(7));
        Suggest(30, 60, TimeSpan.FromHours(-7));

        await RunAsync();
        Assert.Equal(drawn, RenewalState.Load(Chain).RenewAt);
        Assert.True(RenewalState.Load(Chain).AskAgainAt > Time.GetUtcNow());

        Time.Advance(TimeSpan.FromHours(7));
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
        Authority.RetryAfter = retryAfter;

        var outcome = await RunAsync();

        Assert.Equal(TimeSpan.FromMinutes(minutes), outcome.Next!.Value - Time.GetUtcNow());
    }

    [Fact]
    public async Task Run_AuthorityOfTheWindowDown_IsNoFailure()
    {
        Suggest(10, 12);
        await RunAsync();
        var drawn = RenewalState.Load(Chain).RenewAt;
        Authority.Instead = path => path.StartsWith("/renewal/", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.InternalServerError) : null;
        Time.Advance(TimeSpan.FromHours(7));

        var outcome = await RunAsync();

        Assert.Equal((RenewalResult.NotDue, null), (outcome.Result, outcome.Message));
        Assert.Equal(drawn, RenewalState.Load(Chain).RenewAt);
    }

    [Fact]
    public async Task Run_ReplacedAlready_IsOrderedWithoutIt()
    {
        Suggest(-2, -1);
        await RunAsync();
        Authority.Instead = path => path == "/order" && Authority.Payloads[path]!["replaces"] is not null
            ? ScriptedAuthority.Problem("alreadyReplaced", "done", HttpStatusCode.Conflict) : null;

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
        Assert.Equal(2, Authority.Requests.SkipWhile(each => !each.StartsWith("GET /renewal", StringComparison.Ordinal)).Count(each => each == "POST /order"));
    }

    [Fact]
    public async Task Run_SelfSigned_IsReplacedAtOnce()
    {
        var request = Named(Key);
        using (var own = request.CreateSelfSigned(Time.GetUtcNow().AddDays(-1), Time.GetUtcNow().AddDays(80)))
            await File.WriteAllTextAsync(Chain, own.ExportCertificatePem());

        Assert.Equal(RenewalResult.Renewed, (await RunAsync()).Result);
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
        Authority.OnChallenge = () =>
        {
            moments.Add(Time.GetUtcNow());
            if (moments.Count == 2) stop.Cancel();
        };

        await new RenewalLoop(NewRenewals(), Time, NullLogger.Instance).RunAsync(stop.Token).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(2, moments.Count);
        Assert.InRange(moments[1] - moments[0], TimeSpan.FromDays(60), TimeSpan.FromDays(65));
        Assert.Empty(Directory.GetFiles(Challenges));
    }
}
