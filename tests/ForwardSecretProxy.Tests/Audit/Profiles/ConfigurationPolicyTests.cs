using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Auditing;
using ForwardSecretProxy.Tests.Audit.Configurations;

namespace ForwardSecretProxy.Tests.Audit.Profiles;

/// <summary>Profiles held against configurations.</summary>
public class ConfigurationPolicyTests
{
    // As Mozilla's generator writes it for the guidelines 6.0.
    private const string MozillaIntermediate = """
        http {
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_ecdh_curve X25519:prime256v1:secp384r1;
            ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
            ssl_prefer_server_ciphers off;
            ssl_session_timeout 1d;
            ssl_session_cache shared:MozSSL:10m;
            server { listen 443 ssl; ssl_certificate web.crt; ssl_certificate_key web.key; }
            server { listen 8443 ssl; ssl_certificate web.crt; ssl_certificate_key web.key; }
        }
        """;

    private static readonly string[] NotInConfigurations =
        ["policy-certificate-key", "policy-certificate-signature", "policy-certificate-lifetime", "policy-ocsp-stapling", "policy-strict-transport-security"];

    [Fact]
    public void Judge_MozillaIntermediate_CompliesAndLeavesUnknownWhatDoesNotStandThere()
    {
        var findings = Judge("mozilla-intermediate", Observe(MozillaIntermediate));

        Assert.All(findings, finding => Assert.True(finding.Level is FindingLevel.Pass or FindingLevel.Unexamined, finding.ToString()));
        Assert.Equal(NotInConfigurations.Order(), Ids(findings, FindingLevel.Unexamined));
        Assert.Equal(
            ["policy-dh-parameters", "policy-groups", "policy-server-preference", "policy-suites", "policy-versions"],
            Ids(findings, FindingLevel.Pass));
    }

    [Theory]
    [InlineData("ssl_protocols TLSv1.2 TLSv1.3", "ssl_protocols TLSv1 TLSv1.2 TLSv1.3", "policy-versions", "TLS 1.0 is spoken")]
    [InlineData("ssl_ciphers ", "ssl_ciphers AES128-SHA:", "policy-suites", "TLS 1.2: TLS_RSA_WITH_AES_128_CBC_SHA")]
    [InlineData("X25519:prime256v1", "X25519:secp521r1", "policy-groups", "TLS 1.2 and before: secp521r1")]
    [InlineData("ssl_prefer_server_ciphers off", "ssl_prefer_server_ciphers on", "policy-server-preference", "server-preference is on")]
    public void Judge_OneSettingChanged_FindsThatSettingsLineOnceForAllServers(string text, string with, string check, string evidence)
    {
        using var folder = Folder(MozillaIntermediate.Replace(text, with, StringComparison.Ordinal));

        var finding = Assert.Single(Judge("mozilla-intermediate", Observe(folder)), finding => finding.Level >= FindingLevel.Warning);
        Assert.Equal(check, finding.Check);
        Assert.Equal(new SourceLocation(folder.PathOf("nginx.conf"), folder.LineOf("nginx.conf", with.Split(' ')[0])), finding.Location);
        Assert.Contains(evidence, finding.Evidence);
        Assert.Equal(2, finding.Evidence.Count(line => line.StartsWith("service: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Judge_ServerOfOldTimes_ViolatesWithTheLinesOfItsFiles()
    {
        using var audited = new AuditedFolder("nginx/bad", "nginx.conf");

        var findings = Judge("mozilla-intermediate", audited.Seen);

        Assert.Equal(At("nginx.conf", "ssl_protocols"), Violated("policy-versions"));
        Assert.Equal(At("nginx.conf", "ssl_ciphers"), Violated("policy-suites"));
        Assert.Equal(At("snippets/dh.conf", "ssl_dhparam"), Violated("policy-dh-parameters"));

        SourceLocation At(string file, string text) => new(audited.Folder.PathOf(file), audited.Folder.LineOf(file, text));

        SourceLocation Violated(string check) =>
            Assert.Single(findings, finding => finding.Check == check && finding.Level == FindingLevel.Failure).Location!;
    }

    [Fact]
    public void Audit_WithAPolicy_ListsItsFindingsAndKeepsTheGrade()
    {
        using var folder = new ConfigurationFolder(AuditedFolder.DataPath("nginx/good"));
        var without = ConfigurationAuditor.Audit(folder.PathOf("nginx.conf"), null, new OpenSslExpander());
        var with = ConfigurationAuditor.Audit(
            folder.PathOf("nginx.conf"), null, new OpenSslExpander(), BuiltInProfiles.Find("nist-sp800-52r2"));

        Assert.Equal("A", without.Verdict!.Grade);
        Assert.Equal(without.Verdict, with.Verdict);
        Assert.Contains(with.Findings, finding => finding is { Check: "policy-certificate-key", Level: FindingLevel.Unexamined });
        Assert.Equal(without.Findings.Order(Comparer), with.Findings.Where(finding => !IsPolicys(finding)).Order(Comparer), FindingEquality);
    }

    [Fact]
    public void Of_VersionsThatAreADefault_AreUnknownButForThoseThatNoReleaseHas()
    {
        var offer = Offer("http { server { listen 443 ssl; ssl_certificate_key web.key; } }");

        Assert.Equal(Answer.No, offer.Speaks(TlsVersion.Ssl3));
        Assert.Equal(Answer.Unknown, offer.Speaks(TlsVersion.Tls10));
        Assert.Equal(Answer.Unknown, offer.Speaks(TlsVersion.Tls13));
    }

    [Fact]
    public void Of_OldVersions_HaveTheSuitesOfTheirTimeOnly()
    {
        var offer = Offer("http { server { listen 443 ssl; ssl_certificate_key web.key; ssl_protocols TLSv1 TLSv1.2; "
            + "ssl_ciphers AES128-SHA:AES128-SHA256:AES128-GCM-SHA256; } }");

        Assert.Equal(["TLS_RSA_WITH_AES_128_CBC_SHA"], offer.Suites[TlsVersion.Tls10].Select(suite => suite.Name));
        Assert.Equal(3, offer.Suites[TlsVersion.Tls12].Count);
        Assert.False(offer.Suites.ContainsKey(TlsVersion.Tls13));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("ssl_dhparam dh1024.pem;", 1024)]
    [InlineData("ssl_dhparam gone.pem;", null)]
    public void Of_FiniteFieldSuites_AreOfferedWithParametersOnly(string line, int? bits)
    {
        var offer = Offer("http { server { listen 443 ssl; ssl_certificate_key web.key; ssl_protocols TLSv1.2; "
            + $"ssl_ciphers DHE-RSA-AES128-GCM-SHA256; {line} }} }}");

        Assert.Equal(bits != 0, offer.Suites[TlsVersion.Tls12].Count > 0);
        Assert.Equal(bits is null ? null : bits == 0 ? [] : new[] { bits.Value }, offer.DhBits);
    }

    [Theory]
    [InlineData("?X25519MLKEM768:*X25519/P-256", "X25519MLKEM768 x25519 secp256r1", "x25519 secp256r1")]
    [InlineData("X25519:DEFAULT", null, null)]
    [InlineData("X25519:nonsense", null, null)]
    public void Of_Groups_AreReadAsOpenSslDoesOrNotKnown(string list, string? tls13, string? tls12)
    {
        var offer = Offer($"http {{ server {{ listen 443 ssl; ssl_certificate_key web.key; ssl_ecdh_curve {list}; }} }}");

        Assert.Equal(tls13, Names(TlsVersion.Tls13));
        Assert.Equal(tls12, Names(TlsVersion.Tls12));

        string? Names(TlsVersion version) =>
            offer.Groups.TryGetValue(version, out var groups) ? string.Join(' ', groups.Select(group => group.Name)) : null;
    }

    private static readonly Comparer<Finding> Comparer =
        Comparer<Finding>.Create((one, other) => string.CompareOrdinal(one.Check + one.Message, other.Check + other.Message));

    private static bool FindingEquality(Finding one, Finding other) =>
        (one.Check, one.Level, one.Message, one.PastSessions) == (other.Check, other.Level, other.Message, other.PastSessions);

    private static bool IsPolicys(Finding finding) => finding.Check.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal);

    private static IEnumerable<string> Ids(IEnumerable<Finding> findings, FindingLevel level) =>
        findings.Where(finding => finding.Level == level).Select(finding => finding.Check).Distinct().Order();

    private static IReadOnlyList<Finding> Judge(string policy, ConfigurationObservation seen) =>
        ProfileJudge.Judge(BuiltInProfiles.Find(policy), seen);

    private static TlsOffer Offer(string configuration) =>
        ConfigurationOffer.Of(Assert.Single(Observe(configuration).Services), "nginx");

    private static ConfigurationFolder Folder(string configuration)
    {
        var folder = new ConfigurationFolder(null);
        folder.Write("nginx.conf", configuration);
        return folder;
    }

    private static ConfigurationObservation Observe(string configuration)
    {
        using var folder = Folder(configuration);
        return Observe(folder);
    }

    private static ConfigurationObservation Observe(ConfigurationFolder folder) =>
        ConfigurationAuditor.Observe([folder.PathOf("nginx.conf")], null, new OpenSslExpander());
}
