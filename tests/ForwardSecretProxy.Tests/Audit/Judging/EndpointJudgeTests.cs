using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Tests.Audit.Checks;

namespace ForwardSecretProxy.Tests.Audit.Judging;

public class EndpointJudgeTests
{
    private static readonly IReadOnlyList<IEndpointCheck> All = EndpointChecks.Create(Endpoints.Limits);

    [Fact]
    public void Judge_Fsp_IsAUnderItsOwnPolicyToo()
    {
        var others = ProfileJudge.Judge(BuiltInProfiles.Find("fsp-strict"), EndpointOffer.Of(Endpoints.Fsp));

        var judgement = EndpointJudge.Judge(Endpoints.Fsp, All, others);

        Assert.Equal("A", judgement.Verdict.Grade);
        Assert.Equal("Past sessions are not readable with the server's long-term secrets.", judgement.Verdict.Sentence);
        Assert.All(judgement.Findings, finding => Assert.True(finding.Level <= FindingLevel.Note, finding.ToString()));
        Assert.NotEmpty(others);
    }

    [Fact]
    public void Judge_NginxWithMozillaIntermediate_IsBWithoutFailure()
    {
        var judgement = EndpointJudge.Judge(Endpoints.NginxIntermediate, All,
            ProfileJudge.Judge(BuiltInProfiles.Find("mozilla-intermediate@5.7"), EndpointOffer.Of(Endpoints.NginxIntermediate)));

        Assert.Equal(("B", PastSessions.ClosedButRecent), (judgement.Verdict.Grade, judgement.Verdict.PastSessions));
        Assert.StartsWith("Past sessions are not readable with the server's long-term secrets, but for recent ones: TLS 1.2", judgement.Verdict.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(judgement.Findings, finding => finding.Level == FindingLevel.Failure);
    }

    [Fact]
    public void Judge_LargeCdn_MayBeOpenWithoutFailure()
    {
        var judgement = EndpointJudge.Judge(Endpoints.Cdn, All);

        Assert.Equal("C", judgement.Verdict.Grade);
        Assert.Contains("session tickets are issued", judgement.Verdict.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(judgement.Findings, finding => finding.Level == FindingLevel.Failure);
    }

    [Fact]
    public void Judge_LargeCdnWithoutTls12Tickets_IsA()
    {
        var judgement = EndpointJudge.Judge(Endpoints.Cdn with { Tls12Tickets = new() { Issued = Answer.No } }, All);

        Assert.Equal("A", judgement.Verdict.Grade);
    }

    [Fact]
    public void Judge_RsaForOldClients_OpensTheirsAlone()
    {
        var judgement = EndpointJudge.Judge(Endpoints.CdnForOldClients, All);

        Assert.Equal(("D", PastSessions.SomeAreOpen), (judgement.Verdict.Grade, judgement.Verdict.PastSessions));
        Assert.Equal(
            "Past sessions of some clients are readable with the server's long-term secrets: the server agrees on session keys with a key that it keeps, for clients that offer nothing better.",
            judgement.Verdict.Sentence);
        Assert.Equal("static-key-exchange", judgement.Findings[0].Check);
    }

    [Fact]
    public void Judge_RepeatedKeyShare_IsF()
    {
        var seen = Endpoints.Fsp with { KeyShares = [.. Endpoints.Fsp.KeyShares.Select(shares => shares with { Repeated = [new("AB", 16, 2)] })] };

        var verdict = EndpointJudge.Judge(seen, All).Verdict;

        Assert.Equal("F", verdict.Grade);
        Assert.StartsWith("Past sessions are readable with the server's long-term secrets: the server uses the same key share again", verdict.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("and 4 more.", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_NothingLearnt_MayBeOpenAndSaysWhatIsMissing()
    {
        var judgement = EndpointJudge.Judge(Endpoints.Unknown, All);

        Assert.Equal("C", judgement.Verdict.Grade);
        Assert.Contains("was not learnt", judgement.Verdict.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(judgement.Findings, finding => finding.Level == FindingLevel.Pass);
    }

    [Fact]
    public void Of_NoFindings_IsNoGoodNews() => Assert.Equal("C", Verdicts.Of([]).Grade);

    [Fact]
    public void Of_ViolatedPolicyAlone_DoesNotMoveTheVerdict() => Assert.Equal(
        "A", Verdicts.Of([new("x", FindingLevel.Pass, "Good."), new("policy-suites", FindingLevel.Failure, "Bad.")]).Grade);

    [Fact]
    public void Of_WarningAlone_IsB() => Assert.Equal("B", Verdicts.Of([new("x", FindingLevel.Warning, "So so.")]).Grade);

    [Fact]
    public void Of_WhatWasSeenAndWhatWasNot_NamesWhatWasSeenFirst()
    {
        var verdict = Verdicts.Of(
        [
            new("a", FindingLevel.Unexamined, "It was not learnt.") { PastSessions = PastSessions.MayBeOpen },
            new("b", FindingLevel.Warning, "TLS 1.2 tickets are issued.") { PastSessions = PastSessions.MayBeOpen },
        ]);

        Assert.EndsWith(": TLS 1.2 tickets are issued; it was not learnt.", verdict.Sentence, StringComparison.Ordinal);
    }
}
