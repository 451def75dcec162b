using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Auditing;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Audit.Configurations;

/// <summary>The audit of our own configuration, with its tokens and without.</summary>
[Collection(OneModule.Name)]
public sealed class OwnConfigurationTests(TokenFixture tokens) : IClassFixture<TokenFixture>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Run_CorrectConfiguration_HasOnlyPassesAndOpensNoPort()
    {
        var configuration = NewConfiguration();
        var subject = await AuditAsync(configuration);

        Assert.Null(subject.Error);
        Assert.All(subject.Findings, finding => Assert.True(finding.Level == FindingLevel.Pass, finding.ToString()));
        Assert.Equal(("A", PastSessions.Closed), (subject.Verdict!.Grade, subject.Verdict.PastSessions));
        Assert.Equal(ConfigurationAudit.Checks.Select(check => check.Id).Order(), subject.Findings.Select(finding => finding.Check).Distinct().Order());
        var gate = Assert.Single(subject.Findings, finding => finding.Check == "fsp-key-gate");
        Assert.Contains("CKA_EXTRACTABLE: false", gate.Evidence);
        Assert.Contains("CKA_DECRYPT: false", gate.Evidence);
        var service = Assert.Single(subject.Configuration!.Services);
        Assert.All(service.Suites.Older, suite => Assert.True(suite.IsEphemeral));
        // The port is still to be had.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, configuration.Port);
        listener.Start();
    }

    [Fact]
    public async Task Run_UnderOurOwnPolicy_FulfilsEveryRule()
    {
        var policy = BuiltInProfiles.Find("fsp-strict");

        var subject = await AuditAsync(NewConfiguration(), policy);

        var findings = subject.Findings.Where(finding => finding.Check.StartsWith(ProfileJudge.IdPrefix, StringComparison.Ordinal)).ToList();
        Assert.Equal(policy.Rules.Select(rule => rule.Check).Distinct().Order(), findings.Select(finding => finding.Check).Distinct().Order());
        Assert.All(findings, finding => Assert.True(finding.Level == FindingLevel.Pass, finding.ToString()));
        Assert.Equal("A", subject.Verdict!.Grade);
    }

    [Fact]
    public async Task Run_UnderAPolicyThatItViolates_SaysSo()
    {
        var subject = await AuditAsync(NewConfiguration(), BuiltInProfiles.Find("mozilla-modern"));

        var versions = Assert.Single(subject.Findings, finding => finding.Check == "policy-versions");
        Assert.Equal(FindingLevel.Failure, versions.Level);
        Assert.Contains("TLS 1.2 is spoken", versions.Evidence);
    }

    [Fact]
    public async Task Run_UnderAPolicyWithTheTokenAway_LeavesItsCertificatesUnknown()
    {
        var configuration = NewConfiguration().WithToken("/no/such/module.so", tokens.Hsm.Label, tokens.Hsm.PinFile);

        var subject = await AuditAsync(configuration, BuiltInProfiles.Find("fsp-strict"));

        Assert.All(subject.Findings.Where(finding => finding.Check is "policy-certificate-key" or "policy-signature-schemes"),
            finding => Assert.Equal(FindingLevel.Unexamined, finding.Level));
        Assert.Contains(subject.Findings, finding => finding.Check == "policy-certificate-key");
    }

    [Fact]
    public async Task Run_TokenAway_IsUnexaminedWithTheMend()
    {
        var subject = await AuditAsync(NewConfiguration().WithToken("/no/such/module.so", tokens.Hsm.Label, tokens.Hsm.PinFile));

        var start = Assert.Single(subject.Findings, finding => finding.Check == "fsp-start");
        Assert.Equal(FindingLevel.Unexamined, start.Level);
        Assert.Contains("/no/such/module.so", start.Message, StringComparison.Ordinal);
        Assert.NotEmpty(start.Evidence[0]);
        Assert.Equal(FindingLevel.Unexamined, Assert.Single(subject.Findings, finding => finding.Check == "fsp-key-gate").Level);
        Assert.NotEqual("A", subject.Verdict!.Grade);
    }

    [Fact]
    public async Task Run_KeyThatCanLeaveItsToken_FailsWithTheGatesReport()
    {
        using var raw = new RawToken(tokens.Hsm);
        raw.Generate(KeyKind.EcP256, "loose", (CKA.CKA_EXTRACTABLE, true));
        var spki = new KeyStore(tokens.Token).List().Single(key => key.Label == "loose").PublicKey!;
        var subject = await AuditAsync(NewConfiguration("loose", spki.Encoded.ToArray()));

        var gate = Assert.Single(subject.Findings, finding => finding.Check == "fsp-key-gate");
        Assert.Equal(FindingLevel.Failure, gate.Level);
        Assert.Contains(gate.Evidence, line => line.Contains("FAIL  CKA_EXTRACTABLE", StringComparison.Ordinal));
        Assert.DoesNotContain(subject.Findings.SelectMany(finding => finding.Evidence), line => line.Contains(tokens.Hsm.Pin, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_MistakesInTheFile_AreAllFailures()
    {
        var subject = await AuditAsync(NewConfiguration().With("Tls:Profil", "modern").With("Listeners:https:Protocol", "gopher"));

        var failures = subject.Findings.Where(finding => finding is { Check: "fsp-start", Level: FindingLevel.Failure }).ToList();
        Assert.Contains(failures, finding => finding.Message.StartsWith("Tls:Profil", StringComparison.Ordinal));
        Assert.Contains(failures, finding => finding.Message.StartsWith("Listeners:https:Protocol", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AnotherServersFile_IsReadAsItsOwn()
    {
        var file = _directory.Write("nginx.conf", "http { server { listen 443 ssl; ssl_certificate_key no.key; } }");

        var subject = await ConfigurationAudit.RunAsync(file, null, null, CancellationToken.None);

        Assert.Equal("nginx", subject.Configuration!.Software);
        Assert.NotNull((await ConfigurationAudit.RunAsync(_directory.File("gone"), null, null, CancellationToken.None)).Error);
    }

    private ProxyConfiguration NewConfiguration(string key = "p256", byte[]? publicKey = null) =>
        new ProxyConfiguration("http://127.0.0.1:9")
            .WithToken(SoftHsmToken.Module, tokens.Hsm.Label, tokens.Hsm.PinFile)
            .WithCertificate("web", _directory.Write("web.pem", _authority.Issue(publicKey ?? tokens.PublicKeys[key].Encoded.ToArray(), "web.example.test")),
                $"pkcs11:token={tokens.Hsm.Label};object={key}");

    private Task<AuditedSubject> AuditAsync(ProxyConfiguration configuration, Profile? policy = null) =>
        ConfigurationAudit.RunAsync(configuration.WriteTo(_directory), null, policy, CancellationToken.None);
}
