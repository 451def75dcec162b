using System.Text.Json.Nodes;
using System.Xml.Linq;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit;

/// <summary>The whole command, as an operator runs it, on the proxy itself and on a server that it must not praise.</summary>
[Collection(RunningProxy.Name)]
public class AuditCommandTests(ProxyFixture proxy)
{
    [Fact]
    public async Task Endpoint_OurProxy_HasGradeAAndNothingToMend()
    {
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "report.json");

        var result = await FspProcess.RunAsync(
            ["audit", "endpoint", $"127.0.0.1:{proxy.Port}", "--sni", ProxyFixture.DefaultName, "--policy", "fsp-strict", "--format", "json", "--output", file],
            null);

        var subject = JsonNode.Parse(await File.ReadAllTextAsync(file))!["subjects"]!.AsArray().Single()!;
        // The tests' authority is nobody's, its certificates are in no log, and Hsts is not on here: these are the fixture's.
        var findings = subject["findings"]!.AsArray().Where(finding => (string)finding!["level"]! is "failure" or "warning")
            .Select(finding => (string)finding!["check"]!).Where(check => !check.StartsWith("certificate-", StringComparison.Ordinal) && check != "strict-transport-security");
        Assert.Empty(findings);
        Assert.Equal("closed", (string)subject["verdict"]!["pastSessions"]!);
        Assert.Contains("Past sessions are not readable with the server's long-term secrets", result.Output, StringComparison.Ordinal);
        Assert.Equal(["TLSv1.2", "TLSv1.3"], subject["endpoint"]!["versions"]!.AsArray()
            .Where(version => (string)version!["supported"]! == "yes").Select(version => (string)version!["version"]!));
    }

    [Fact]
    public async Task Config_OldServerUnderAPolicy_ReportsThePolicyAndTheLines()
    {
        using var folder = new TemporaryDirectory();
        var file = folder.Write("nginx.conf", """
            http {
                ssl_protocols TLSv1 TLSv1.2;
                server { listen 443 ssl; ssl_certificate_key "engine:pkcs11:web"; ssl_session_tickets off; }
            }
            """);

        var result = await FspProcess.RunAsync(["audit", "config", file, "--policy", "mozilla-intermediate@5.7", "--json"], null);

        Assert.Equal(1, result.ExitCode);
        var report = JsonNode.Parse(result.Output)!;
        Assert.Equal("mozilla-intermediate@5.7", (string)report["policy"]!);
        Assert.Contains(report["checks"]!.AsArray(), check => (string)check!["id"]! == "policy-versions");
        var versions = report["subjects"]!.AsArray().Single()!["findings"]!.AsArray().Single(finding => (string)finding!["check"]! == "policy-versions")!;
        Assert.Equal("failure", (string)versions["level"]!);
        Assert.Equal((file, 2), ((string)versions["location"]!["file"]!, (int)versions["location"]!["line"]!));

        var wrong = await FspProcess.RunAsync(["audit", "config", file, "--policy", "mozilla-intermediat"], null);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("--policy: no policy is called", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_ServerWithStaticRsaAndOneThatIsNotThere_ExitsWithOneAndReportsBoth()
    {
        await using var server = await PermissiveServer.StartAsync("");
        var nobody = FreePort.Next();

        var result = await FspProcess.RunAsync(
            ["audit", "endpoint", $"127.0.0.1:{server.Port}", $"127.0.0.1:{nobody}", "--format", "junit"], null);

        Assert.Equal(1, result.ExitCode);
        var suites = XDocument.Parse(result.Output).Root!.Elements("testsuite").ToList();
        Assert.Contains(suites[0].Elements("testcase"), each => (string)each.Attribute("name")! == "static-key-exchange" && each.Element("failure") is not null);
        Assert.Equal("1", (string)suites[1].Attribute("errors")!);
    }
}
