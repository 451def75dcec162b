using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Docs;

/// <summary>
/// The services of docs/deployment.md, run from the guide's own text behind the proxy: each must see the real client, and
/// that it came by TLS, whatever the client claims.
/// </summary>
[Collection(OwnProxy.Name)]
public sealed class DeploymentGuideTests(ProxyFixture proxy) : IDisposable
{
    private const string Client = "127.0.0.66";

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.Next();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nginx_BehindTheProxy_SeesTheClient()
    {
        var server = Example("nginx").Replace("root /var/www/html;",
            "default_type text/plain; return 200 '$remote_addr $http_x_forwarded_proto';", StringComparison.Ordinal);
        await using var nginx = await NginxServer.StartAsync(server);

        Assert.Equal($"{Client} https", (await AskAsync()).Output);
        Assert.Equal(0, await nginx.StopAsync());
    }

    [Fact]
    public async Task Apache_BehindTheProxy_SeesTheClient()
    {
        // There is no page in the directory; what it saw stands in the head of every answer.
        var host = Example("apache").Replace("/var/www/html", _directory.Path, StringComparison.Ordinal);
        var configuration = _directory.Write("apache.conf", $$"""
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
            LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so
            LoadModule setenvif_module /usr/lib/apache2/modules/mod_setenvif.so
            User nobody
            Group nogroup
            ServerName localhost
            PidFile {{_directory.File("apache.pid")}}
            ErrorLog {{_directory.File("apache.log")}}
            Header always set X-Seen "expr=%{REMOTE_ADDR} %{env:HTTPS}"
            {{host}}
            """);
        await using var apache = ServerProcess.Start("apache2", ["-X", "-f", configuration]);
        // Where it says so, nobody reads along.
        await FreePort.WaitUntilTakenAsync(_port);

        Assert.Contains($"\nx-seen: {Client} on\r", (await AskAsync("-i")).Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Node_BehindTheProxy_SeesTheClient()
    {
        var program = _directory.Write("server.mjs",
            Example("js") + "\nserver.on(\"listening\", () => console.log(\"listening\"));\n");
        await using var node = ServerProcess.Start("node", [program]);
        await node.WaitForLineAsync(line => line == "listening");

        Assert.Equal($"{Client} came by TLS\n", (await AskAsync()).Output);
    }

    [Fact]
    public async Task Haproxy_InFrontOfTheProxy_SaysWhoTheClientIsAndAsksWhetherTheTokenSigns()
    {
        var (front, admin) = (FreePort.Next(), FreePort.Next());
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("TrustedProxies", new JsonArray("127.0.0.1"))
            .With("Listeners:https:AcceptProxyProtocol", true)
            .With("Admin:Address", Text($"127.0.0.1:{admin}"));
        await using var fsp = FspProcess.Start(["serve", "--config", configuration.WriteTo(_directory)], proxy.Token.Environment);
        await fsp.WaitForLineAsync(line => line.Contains("[1001]", StringComparison.Ordinal));
        var file = _directory.Write("haproxy.cfg", "global\n  log stdout format raw daemon notice\n"
            + "defaults\n  log global\n  option log-health-checks\n  timeout connect 5s\n  timeout client 20s\n  timeout server 20s\n"
            + Block("haproxy")
                .Replace("bind :443", Text($"bind 127.0.0.1:{front}"), StringComparison.Ordinal)
                .Replace("10.0.0.11:443", Text($"127.0.0.1:{configuration.Port}"), StringComparison.Ordinal)
                .Replace("port 9090", Text($"port {admin}"), StringComparison.Ordinal)
                .Replace("10.0.0.11", "127.0.0.1", StringComparison.Ordinal));
        await using var haproxy = ServerProcess.Start("haproxy", ["-db", "-f", file]);
        await haproxy.WaitForLineAsync(line => line.Contains("Layer7 check passed, code: 200", StringComparison.Ordinal));

        var result = await Curl.GetAsync(front, "/", "--cacert", proxy.RootPath, "--interface", Client);

        Assert.Equal(Client, SeenRequest.Parse(result.Output).Headers["x-forwarded-for"]);
    }

    /// <summary>The guide's block in the language, with this test's port.</summary>
    private string Example(string language)
    {
        var example = Block(language);
        Assert.Contains("8080", example, StringComparison.Ordinal);
        return example.Replace("8080", _port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string Block(string language)
    {
        var guide = File.ReadAllText(Repository.Path("docs/deployment.md"));
        var opening = $"```{language}\n";
        var start = guide.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        return guide[start..guide.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private async Task<ProcessResult> AskAsync(params string[] options)
    {
        var configuration = proxy.NewConfiguration(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        var result = await Curl.GetAsync(configuration.Port, "/",
        [
            "--cacert", proxy.RootPath, "--interface", Client,
            "-H", "X-Forwarded-For: 203.0.113.7", "-H", "X-Forwarded-Proto: http", .. options,
        ]);
        Assert.True(result.ExitCode == 0, result.Text);
        return result;
    }
}
