using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Profiles.Rules;

namespace ForwardSecretProxy.Tests.Audit.Profiles;

public class ProfileReaderTests
{
    private const string Head = """{ "name": "own", "version": "1", "title": "Our own", "source": "intranet", "rules": [ """;

    [Fact]
    public void Parse_OwnProfile_IsRead()
    {
        var profile = ProfileReader.Parse(Head + """
            { "rule": "suites", "severity": "warning", "version": "TLSv1.2", "allowed": ["ECDHE-RSA-AES128-GCM-SHA256"] }, // OpenSSL's name
            { "rule": "feature", "severity": "failure", "feature": "early-data", "value": "off", "reference": "§ 4" } ] }
            """, "own.json");

        Assert.Equal("own@1", profile.ToString());
        var suites = Assert.IsType<SuitesRule>(profile.Rules[0]);
        Assert.Equal(("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", FindingLevel.Warning), (Assert.Single(suites.Allowed).Name, suites.Severity));
        Assert.Equal((TlsFeature.EarlyData, false, "§ 4"), profile.Rules[1] is FeatureRule rule ? (rule.Feature, rule.Demanded, rule.Reference) : default);
    }

    [Theory]
    [InlineData("""{ "rule": "suites", "severity": "failure", "version": "TLSv1.3", "allowed": ["TLS_AES_128_GCM_SHA265"] }""",
        "own.json: $.rules[0].allowed[0]: \"TLS_AES_128_GCM_SHA265\" is not known; did you mean \"TLS_AES_128_GCM_SHA256\"?")]
    [InlineData("""{ "rule": "groups", "severity": "failure", "allow": ["x25519"] }""",
        "own.json: $.rules[0].allow: is no key here; did you mean \"allowed\"?")]
    [InlineData("""{ "rule": "suite", "severity": "failure" }""", "own.json: $.rules[0].rule: \"suite\" is not known; did you mean \"suites\"?")]
    [InlineData("""{ "rule": "suites", "severity": "failure", "version": "TLSv1.2" }""", "own.json: $.rules[0]: \"allowed\" is missing")]
    [InlineData("""{ "rule": "dh-parameters", "severity": "severe", "minimumBits": 2048 }""",
        "own.json: $.rules[0].severity: \"severe\" is not known; take one of failure, warning")]
    [InlineData("""{ "rule": "dh-parameters", "severity": "failure", "minimumBits": "2048" }""", "own.json: $.rules[0].minimumBits: must be a whole number from 0 on")]
    [InlineData("""{ "rule": "dh-parameters", "severity": "failure" }""", "own.json: $.rules[0]: \"minimumBits\" is missing")]
    [InlineData("""{ "rule": "versions", "severity": "failure", "allowed": "TLSv1.3" }""", "own.json: $.rules[0].allowed: must be a list in brackets")]
    [InlineData("""{ "rule": "versions", "severity": "failure", "required": [], "required": [] }""", "own.json: $.rules[0].required: is there twice; keep one")]
    [InlineData("7", "own.json: $.rules[0]: must be an object in braces")]
    public void Parse_Error_NamesFilePlaceAndMend(string rule, string expected)
    {
        var exception = Assert.Throws<ProfileException>(() => ProfileReader.Parse(Head + rule + " ] }", "own.json"));

        Assert.Contains(expected, exception.Problems);
    }

    [Fact]
    public void Parse_SeveralErrors_AreAllNamed()
    {
        var exception = Assert.Throws<ProfileException>(() => ProfileReader.Parse("""{ "name": "x", "titel": "y", "rules": {} }""", "own.json"));

        Assert.Equal(
            [
                "own.json: $.rules: must be a list in brackets", "own.json: $: \"version\" is missing", "own.json: $: \"title\" is missing",
                "own.json: $: \"source\" is missing", "own.json: $.titel: is no key here; did you mean \"title\"?",
            ],
            exception.Problems);
    }

    [Fact]
    public void Parse_EveryTruncation_IsAProfileException()
    {
        var json = Head + """{ "rule": "dh-parameters", "severity": "failure", "minimumBits": 2048 } ] }""";

        for (var length = 0; length < json.Length; length++)
            Assert.Throws<ProfileException>(() => ProfileReader.Parse(json[..length], "own.json"));
    }

    [Fact]
    public void Load_MissingFile_NamesIt() =>
        Assert.StartsWith("/nowhere/own.json: cannot be read", Assert.Throws<ProfileException>(() => ProfileReader.Load("/nowhere/own.json")).Message, StringComparison.Ordinal);
}
