using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Serving;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>Chromium's WebSocket and EventSource through the proxy.</summary>
[Collection(RunningProxy.Name)]
public sealed class BrowserTests(StreamingProxy proxy) : IClassFixture<StreamingProxy>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [ChromiumTheory]
    [InlineData("h1")]
    [InlineData("h2c")]
    public async Task WebSocketAndEvents_InAPage_WorkOverHttp2(string way)
    {
        proxy.Backend.Page = $$"""
            <!doctype html><script>
            const socket = new WebSocket('/{{way}}/ws'), events = new EventSource('/{{way}}/events/{{way}}'), seen = [];
            const tell = what => seen.push(what) == 4 && fetch('/h1/report', { method: 'POST', body: seen.sort().join() });
            socket.onopen = () => { socket.send('over'); socket.send('and out'); };
            socket.onmessage = message => tell('socket ' + message.data);
            events.onmessage = message => tell('event ' + message.data);
            </script>
            """;
        proxy.Backend.Events(way).Writer.TryWrite("1");
        proxy.Backend.Events(way).Writer.TryWrite("2");
        var log = _directory.File("net.log");

        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            var browser = StartBrowser(log, "/h1/page");
            await using (browser)
            {
                Assert.Equal("event 1,event 2,socket and out,socket over",
                    await proxy.Backend.Reports.Reader.ReadAsync(limit.Token));
                await browser.StopAsync();
            }
        }

        // RFC 8441: over the connection that the page came by, not over one of its own.
        Assert.Contains(":protocol: websocket", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    private ServerProcess StartBrowser(string log, string target)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(proxy.Proxy.Directory.File("web-ecdsa.pem"));
        var pin = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return ServerProcess.Start("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--remote-debugging-port=0",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--host-resolver-rules=MAP {ProxyFixture.DefaultName} 127.0.0.1", $"--log-net-log={log}",
            $"--user-data-dir={_directory.File("browser")}", $"--ignore-certificate-errors-spki-list={pin}",
            proxy.Url + target,
        ]);
    }
}
