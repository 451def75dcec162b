using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Profiles.Rules;
using ForwardSecretProxy.Tests.Audit.Checks;
using AuditVersion = ForwardSecretProxy.Audit.Registry.TlsVersion;

namespace ForwardSecretProxy.Tests.Audit.Profiles;

public class ProfileJudgeTests
{
    public static TheoryData<string> Names => [.. BuiltInProfiles.All.Select(profile => profile.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_NothingKnown_IsUnexaminedAndNeverFulfilled(string name) =>
        Assert.All(ProfileJudge.Judge(BuiltInProfiles.Find(name), new TlsOffer()), finding => Assert.Equal(FindingLevel.Unexamined, finding.Level));

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_Sslv3WithRc4_ViolatesEveryProfile(string name)
    {
        var seen = Endpoints.WithOnly(Endpoints.Fsp, AuditVersion.Ssl3, "TLS_RSA_WITH_RC4_128_SHA");

        var profile = BuiltInProfiles.Find(name);
        var findings = ProfileJudge.Judge(profile, EndpointOffer.Of(seen));

        Assert.Contains(findings, finding => finding is { Check: "policy-versions", Level: FindingLevel.Failure });
        Assert.Single(findings, finding => finding is { Check: "policy-suites", Level: FindingLevel.Failure }
            && finding.Evidence.Contains("SSLv3: TLS_RSA_WITH_RC4_128_SHA"));
        Assert.All(ProfileJudge.Describe(profile), check => Assert.StartsWith(profile.Name, check.Title, StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_FspUnderModern_FailsForItsTls12Alone()
    {
        var findings = ProfileJudge.Judge(BuiltInProfiles.Find("mozilla-modern"), EndpointOffer.Of(Endpoints.Fsp));

        Assert.Equal(["policy-versions", "policy-suites"], findings.Where(one => one.Level == FindingLevel.Failure).Select(one => one.Check));
    }

    [Theory]
    [InlineData("tls12-tickets")]
    [InlineData("session-ids")]
    [InlineData("early-data")]
    [InlineData("psk-without-key-exchange")]
    [InlineData("compression")]
    [InlineData("tls13-ticket-reuse")]
    [InlineData("key-share-reuse")]
    public void Judge_FspStrict_RefusesTheFeature(string feature)
    {
        var offer = EndpointOffer.Of(Endpoints.Fsp);
        offer = offer with { Features = new Dictionary<TlsFeature, Answer>(offer.Features) { [ProfileNames.Features[feature]] = Answer.Yes } };

        var violated = Assert.Single(ProfileJudge.Judge(BuiltInProfiles.Find("fsp-strict"), offer), finding => finding.Level > FindingLevel.Note);

        Assert.Equal(($"policy-{feature}", FindingLevel.Failure), (violated.Check, violated.Level));
    }

    [Fact]
    public void FspStrict_SuitesAndGroups_AreThoseOfTheEngine()
    {
        // The policy is written down twice, in the engine and in the profile; this holds them together.
        var rules = BuiltInProfiles.Find("fsp-strict").Rules;
        var suites = rules.OfType<SuitesRule>().ToDictionary(rule => rule.Version, rule => rule.Allowed);

        Assert.Equal(TlsPolicy.KnownTls12Suites.Select(name => CipherSuites.Find(name)!).ToHashSet(), suites[AuditVersion.Tls12].ToHashSet());
        Assert.Equal(TlsPolicy.KnownTls13Suites.Select(name => CipherSuites.Find(name)!).ToHashSet(), suites[AuditVersion.Tls13].ToHashSet());
        Assert.Equal(TlsPolicy.KnownGroups.Select(name => NamedGroups.Find(name)!).ToHashSet(), rules.OfType<GroupsRule>().Single().Allowed!.ToHashSet());
    }

    [Fact]
    public void Judge_SmallParametersAndOldCertificate_AreNamed()
    {
        var offer = EndpointOffer.Of(Endpoints.NginxIntermediate) with { DhBits = [1024] };

        var findings = ProfileJudge.Judge(BuiltInProfiles.Find("nist-sp800-52r2"), offer);

        Assert.Contains(findings, one => one is { Check: "policy-dh-parameters", Level: FindingLevel.Failure } && one.Evidence.Contains("1024 bits"));
        Assert.Contains(findings, one => one is { Check: "policy-ocsp-stapling", Level: FindingLevel.Failure });
        Assert.Contains(findings, one => one is { Check: "policy-certificate-key", Level: FindingLevel.Pass });
    }

    [Fact]
    public void Describe_EveryFinding_HasADescription() => Assert.All(BuiltInProfiles.All, profile =>
    {
        var described = ProfileJudge.Describe(profile).Select(one => one.Id).ToHashSet();
        Assert.Equal(described, ProfileJudge.Judge(profile, new TlsOffer()).Select(one => one.Check).ToHashSet());
    });

    [Fact]
    public void Find_NameWithoutEdition_IsTheNewest()
    {
        Assert.Equal("6.0", BuiltInProfiles.Find("mozilla-intermediate").Version);
        Assert.Equal("5.7", BuiltInProfiles.Find("mozilla-intermediate@5.7").Version);
        Assert.Contains("fsp-strict@1", Assert.Throws<ProfileException>(() => BuiltInProfiles.Find("strict")).Message, StringComparison.Ordinal);
    }
}
