using System.Net;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>The audit raises no alarm at the proxy that it comes with.</summary>
[Collection(OwnProxy.Name)]
public sealed class OwnProxyVerdictTests(ProxyFixture proxy)
{
    [Theory]
    [InlineData("intermediate")]
    [InlineData("modern")]
    public async Task Judge_Proxy_GetsTheBestGradeAndNoMoreThanNotes(string profile)
    {
        using var directory = new TemporaryDirectory();
        var configuration = new ProxyConfiguration(proxy.BackendUrl)
            .WithToken(ServingToken.Module, ServingToken.Label, proxy.Token.PinFile)
            .With("Hsts:MaxAge", "730d").With("Tls:Profile", profile);
        // The fixture's certificates end in hours, and that is a warning.
        await AddCertificateAsync(configuration, directory, $"verdict-{profile}-ecdsa", "ec-p256");
        await AddCertificateAsync(configuration, directory, $"verdict-{profile}-rsa", "rsa-2048");
        await using var process = await FspProcess.ServeAsync(
            configuration.WriteTo(directory), configuration.Port, proxy.Token.Environment);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(proxy.Authority.RootPem);

        var seen = await EndpointScanner.ScanAsync(
            new AuditTarget(ProxyFixture.DefaultName, configuration.Port),
            new ScanOptions { Samples = 8, Address = IPAddress.Loopback }, null, CancellationToken.None);
        var judged = EndpointJudge.Judge(
            seen, EndpointChecks.Create(new CheckLimits { Roots = roots }),
            ProfileJudge.Judge(BuiltInProfiles.Find("fsp-strict"), EndpointOffer.Of(seen)));

        Assert.Empty(judged.Findings.Where(finding => finding.Level > FindingLevel.Note).Select(finding => $"{finding}"));
        Assert.Equal("A", judged.Verdict.Grade);
        Assert.Equal(0, await process.StopAsync());
    }

    private async Task AddCertificateAsync(ProxyConfiguration configuration, TemporaryDirectory directory, string name, string keyType)
    {
        var publicKey = await proxy.Token.GenerateKeyAsync(name, keyType);
        var chain = proxy.Authority.Issue(publicKey, TimeSpan.FromDays(1), TimeSpan.FromDays(60), ProxyFixture.DefaultName);
        configuration.WithCertificate(
            name, directory.Write(name + ".pem", chain), $"pkcs11:token={ServingToken.Label};object={name}");
    }
}
