using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Clients;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Redirecting;

/// <summary>A listener without TLS: it sends clients to the https address, answers ACME challenges, and serves nothing.</summary>
[Collection(OwnProxy.Name)]
public sealed class RedirectTests(FrontFixture front, ProxyFixture proxy) : IClassFixture<FrontFixture>
{
    private const string Token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Request_ServedName_IsRedirected(string method)
    {
        var answer = await PlainAsync("/a/b?c=d%20e", "-X", method, "-H", "Host: web.example.test:80");

        Assert.StartsWith("HTTP/1.1 308 ", answer, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture,
            $"\r\nLocation: https://web.example.test:{front.HttpsPort}/a/b?c=d%20e\r\n"), answer, StringComparison.Ordinal);
        AssertServesNothing(answer);
    }

    [Fact]
    public async Task Request_FollowedByCurl_EndsAtTheService()
    {
        var result = await ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "-L", "--max-time", "20", "--noproxy", "*", "--cacert", proxy.RootPath,
            "--connect-to", string.Create(CultureInfo.InvariantCulture, $"web.example.test:80:127.0.0.1:{front.PlainPort}"),
            "--connect-to", string.Create(CultureInfo.InvariantCulture, $"web.example.test:{front.HttpsPort}:127.0.0.1:{front.HttpsPort}"),
            "http://web.example.test/followed?x=1",
        ]);

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Equal("/followed?x=1", SeenRequest.Parse(result.Output).Target);
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("web.example.test.evil.test")]
    [InlineData("a.b.wild.example.test")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task Request_OtherName_IsRefused(string host)
    {
        var answer = await PlainAsync("/", "-H", "Host: " + host);

        Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Location", answer, StringComparison.OrdinalIgnoreCase);
        AssertServesNothing(answer);
    }

    [Fact]
    public async Task Request_WildcardName_IsRedirected() => Assert.StartsWith(
        "HTTP/1.1 308 ", await PlainAsync("/", "-H", "Host: blog.wild.example.test"), StringComparison.Ordinal);

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: web.example.test\r\nHost: evil.test\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: web.example.test/@evil.test\r\n\r\n")]
    [InlineData("GET /a\rb HTTP/1.1\r\nHost: web.example.test\r\n\r\n")]
    [InlineData("GET http://evil.test/ HTTP/1.1\r\nHost: web.example.test\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: web.example.test\r\n\r\n")]
    [InlineData("CONNECT web.example.test:443 HTTP/1.1\r\nHost: web.example.test:443\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0001\u0000")]
    public async Task Request_Odd_IsNeitherRedirectedElsewhereNorServed(string request)
    {
        using var socket = await FrontFixture.ConnectAsync(front.PlainPort);
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        socket.Shutdown(SocketShutdown.Send);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Location", answer, StringComparison.OrdinalIgnoreCase);
        AssertServesNothing(answer);
    }

    [Fact]
    public async Task Request_Http2_IsNotSpoken()
    {
        var result = await FrontFixture.CurlPlainAsync(front.PlainPort, "/", "--http2-prior-knowledge", "-H", "Host: web.example.test");

        Assert.DoesNotContain("HTTP/2 ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_Token_IsServedForANameWithoutACertificateToo()
    {
        await File.WriteAllTextAsync(Path.Combine(front.AcmeFolder, Token), Token + ".thumbprint");

        var answer = await PlainAsync("/.well-known/acme-challenge/" + Token, "-H", "Host: new.example.test");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Token + ".thumbprint", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/octet-stream", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Strict-Transport-Security", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("")]
    [InlineData("../secret")]
    [InlineData("..%2fsecret")]
    [InlineData("%2e%2e/secret")]
    [InlineData("link")]
    public async Task Challenge_NoToken_IsNotServed(string token)
    {
        var secret = Path.Combine(Path.GetDirectoryName(front.AcmeFolder)!, "secret");
        await File.WriteAllTextAsync(secret, "do not tell");
        File.Delete(Path.Combine(front.AcmeFolder, "link"));
        File.CreateSymbolicLink(Path.Combine(front.AcmeFolder, "link"), secret);

        var answer = await PlainAsync("/.well-known/acme-challenge/" + token, "-H", "Host: new.example.test");

        Assert.Matches("^HTTP/1.1 4(00|04|21) ", answer);
        Assert.DoesNotContain("do not tell", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_BehindALoadBalancer_NeedsTheHeaderToo()
    {
        await using var balancer = await HaProxy.StartAsync(front.PlainBehindPort);

        var through = await FrontFixture.CurlPlainAsync(balancer["send-proxy"], "/", "-H", "Host: web.example.test");
        var direct = await FrontFixture.CurlPlainAsync(front.PlainBehindPort, "/", "-H", "Host: web.example.test");

        Assert.Contains("Location: https://web.example.test/\r\n", through.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, direct.ExitCode);
        Assert.Empty(direct.Output);
    }

    [Fact]
    public async Task Request_ClaimsThatItCameByHttps_IsRedirectedAllTheSame()
    {
        // From a trusted proxy, even: what counts is that the connection has no TLS.
        var answer = await PlainAsync("/", "-H", "Host: web.example.test", "-H", "X-Forwarded-Proto: https");

        Assert.StartsWith("HTTP/1.1 308 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_RedirectListener_ComesAndGoes()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePort.Next();
        var without = proxy.NewConfiguration(proxy.BackendUrl);
        var path = without.WriteTo(directory);
        await using var fsp = await FspProcess.ServeAsync(path, without.Port, proxy.Token.Environment);
        await Assert.ThrowsAnyAsync<SocketException>(() => FrontFixture.ConnectAsync(port));

        var original = await File.ReadAllTextAsync(path);
        without
            .With("Listeners:plain:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))
            .With("Listeners:plain:Protocol", "redirect")
            .WriteTo(directory);
        Assert.True(await fsp.ReloadAsync());
        var answer = await FrontFixture.CurlPlainAsync(port, "/", "-H", "Host: web.example.test");
        Assert.StartsWith("HTTP/1.1 308 ", answer.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, original);
        Assert.True(await fsp.ReloadAsync());
        await Assert.ThrowsAnyAsync<SocketException>(() => FrontFixture.ConnectAsync(port));
    }

    private async Task<string> PlainAsync(string target, params string[] options)
    {
        var result = await FrontFixture.CurlPlainAsync(front.PlainPort, target, options);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output;
    }

    /// <summary>Whatever the service behind sees it answers with in JSON.</summary>
    private static void AssertServesNothing(string answer)
    {
        Assert.DoesNotContain("{", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Strict-Transport-Security", answer, StringComparison.OrdinalIgnoreCase);
    }
}
