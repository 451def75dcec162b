using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Bench;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Secrecy;

/// <summary>
/// What the log says about clients and requests: by default nothing, at any level, in whatever goes wrong; and what was
/// asked for when it was.
/// </summary>
[Collection(OwnProxy.Name)]
public sealed class RequestPrivacyTests(ProxyFixture proxy) : IDisposable
{
    private const string Client = "127.0.0.66";

    // Words of requests and answers that could only come from there.
    private static readonly string[] Words =
    [
        "secret-path", "secret-query", "secret-agent", "secret-cookie", "secret-host", "secret-method", "secret-answer", "secret-key",
        "secret-name", Client, "127.0.0.0/24",
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Information")]
    [InlineData("Debug")]
    [InlineData("Trace")]
    public async Task Log_ByDefault_NamesNoClientAndNoRequest(string level)
    {
        var lines = await RunAsync(configuration => configuration
            .With("Logging:LogLevel:Default", level)
            .With("Logging:LogLevel:Microsoft", level)
            .With("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", level)
            .With("Logging:LogLevel:System", level)
            .With("Logging:LogLevel:Yarp", level)
            .With("Logging:Console:LogLevel:Default", level)
            .With("Logging:Console:FormatterName", "simple"));

        Assert.Contains(lines, line => line.Contains("ForwardingError", StringComparison.Ordinal) || line.Contains("[48]", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => Words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_WithEverythingAskedFor_NamesThem()
    {
        // The control of the one above: all this would be found.
        var lines = await RunAsync(configuration => configuration
            .With("Logging:LogLevel:Default", "Trace")
            .With("Logging:LogLevel:Microsoft", "Trace")
            .With("Logging:LogLevel:Yarp", "Trace")
            .With("Logging:LogLevel:Yarp.ReverseProxy.Forwarder", "Trace")
            .With("Logging:Requests", "paths")
            .With("Logging:ClientAddresses", "full"));

        foreach (var word in (string[])["secret-path", "secret-query", "secret-answer", Client])
            Assert.Contains(lines, line => line.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("summary", "none", "GET - 200 HTTP/1.1, listener https, route served, ", "client -")]
    [InlineData("summary", "truncated", "GET - 200 HTTP/1.1, listener https, route served, ", "client 127.0.0.0/24")]
    [InlineData("paths", "full", "GET /served/secret-path 200 HTTP/1.1, listener https, route served, ", "client 127.0.0.66")]
    public async Task Requests_AsAskedFor_HaveALineEach(string requests, string addresses, string beginning, string end)
    {
        var lines = await RunAsync(configuration => configuration
            .With("Logging:Requests", requests).With("Logging:ClientAddresses", addresses));

        var line = lines.First(line => line.Contains(beginning, StringComparison.Ordinal));
        Assert.Contains(" 2 bytes, ", line, StringComparison.Ordinal);
        Assert.EndsWith(end, line, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains(" 404 HTTP/1.1, listener https, route -", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" 502 HTTP/1.1, listener https, route down", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" 504 HTTP/1.1, listener https, route slow", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("other - 200", StringComparison.Ordinal) || line.Contains("other /served/secret-path 200", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("secret-query", StringComparison.Ordinal));
        Assert.Equal(requests == "paths", lines.Any(line => line.Contains("secret-path", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Handshake_ThatFails_NamesItsClientAsAskedFor()
    {
        var lines = await RunAsync(configuration => configuration
            .With("Logging:LogLevel:Default", "Debug").With("Logging:ClientAddresses", "truncated"));

        Assert.Contains(lines, line => line.Contains("A handshake with client 127.0.0.0/24 failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Format_Json_IsAnObjectALine()
    {
        var lines = await RunAsync(configuration => configuration
            .With("Logging:LogLevel:Default", "Debug").With("Logging:Format", "json").With("Logging:Requests", "summary"));

        var events = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(events, each =>
        {
            Assert.EndsWith("Z", each.GetProperty("time").GetString(), StringComparison.Ordinal);
            Assert.NotEmpty(each.GetProperty("message").GetString()!);
        });
        var request = events.First(each => each.GetProperty("event").GetInt32() == 1200).GetProperty("fields");
        Assert.Equal(200, request.GetProperty("Status").GetInt32());
        Assert.Equal("GET", request.GetProperty("Method").GetString());
        var failures = events.Where(each => each.GetProperty("event").GetInt32() == 4000).ToList();
        Assert.All(failures, failure => Assert.Equal("warning", failure.GetProperty("level").GetString()));
        Assert.Contains(failures, failure => failure.GetProperty("fields").GetProperty("Cluster").GetString() == "down");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Target_Journald_BeginsEachLineWithItsPriority(string format)
    {
        var lines = await RunAsync(configuration => configuration
            .With("Logging:LogLevel:Default", "Debug").With("Logging:Target", "journald").With("Logging:Format", format));

        Assert.All(lines, line => Assert.Matches(@"^<[2-7]>", line));
        Assert.Contains(lines, line => line.StartsWith("<6>", StringComparison.Ordinal) && line.Contains("Started in", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("<7>", StringComparison.Ordinal) && line.Contains("handshake", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("<4>", StringComparison.Ordinal) && line.Contains("Cluster down", StringComparison.Ordinal));
    }

    /// <summary>Everything that a proxy writes while requests and handshakes succeed and fail in every way.</summary>
    private async Task<IReadOnlyList<string>> RunAsync(Action<ProxyConfiguration> settings)
    {
        await using var served = new RecordingBackend();
        await using var broken = new ScriptedServer(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[4096], stop);
            await ScriptedServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nsecret-answer of no form\r\nContent-Length: 5\r\n\r\n", stop);
        });
        await using var halting = new ScriptedServer(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[4096], stop);
            await ScriptedServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsecret-answer", stop);
            socket.LingerState = new LingerOption(true, 0);
        });
        await using var silent = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        var configuration = proxy.NewConfiguration(served.Url);
        configuration.With("Logging", new JsonObject());
        configuration.With("Limits:RequestHeadersTimeout", "1s");
        configuration.With("ReverseProxy:Routes", new JsonObject());
        Route(configuration, "served", served.Url);
        Route(configuration, "broken", $"http://127.0.0.1:{broken.Port}");
        Route(configuration, "halting", $"http://127.0.0.1:{halting.Port}");
        Route(configuration, "down", $"http://127.0.0.1:{FreePort.Next()}");
        Route(configuration, "slow", $"http://127.0.0.1:{silent.Port}");
        configuration.With("ReverseProxy:Clusters:slow:HttpRequest:ActivityTimeout", "00:00:01");
        settings(configuration);
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        await VisitAsync(configuration.Port);

        Assert.Equal(0, await fsp.StopAsync());
        return [.. fsp.Lines.Where(line => line.Length > 0)];
    }

    private static void Route(ProxyConfiguration configuration, string name, string address) => configuration
        .With($"ReverseProxy:Routes:{name}", new JsonObject
        {
            ["ClusterId"] = name, ["Match"] = new JsonObject { ["Path"] = $"/{name}/{{**rest}}" },
        })
        .With($"ReverseProxy:Clusters:{name}:Destinations:one:Address", address);

    private static async Task VisitAsync(int port)
    {
        const string rest = " HTTP/1.1\r\nHost: secret-host\r\nUser-Agent: secret-agent\r\nCookie: a=secret-cookie\r\nConnection: close\r\n";
        string[] requests =
        [
            "GET /served/secret-path?secret-query" + rest + "\r\n",
            "SECRET-METHOD /served/secret-path?secret-query" + rest + "\r\n",
            "GET /missing/secret-path?secret-query" + rest + "\r\n",
            "GET /down/secret-path?secret-query" + rest + "\r\n",
            "GET /broken/secret-path?secret-query" + rest + "\r\n",
            "GET /halting/secret-path?secret-query" + rest + "\r\n",
            "GET /slow/secret-path?secret-query" + rest + "\r\n",
            // What Kestrel refuses, what we refuse, what neither lets end.
            "GET /served/secret-path?secret-query HTTP/1.1\nHost: secret-host\r\n\r\n",
            "GET /served/secret-path secret-query" + rest + "\r\n",
            "GET /served/secret-path#secret-key" + rest + "\r\n",
            "GET /served/secret-path?secret-query" + rest + "secret-key : 1\r\n\r\n",
            "GET /served/secret-path?secret-query" + rest + "X: secret-key\x01\r\n\r\n",
            "GET /served/secret-path?secret-query" + rest + "X: secret-key\xc3\xa9\r\n\r\n",
            "POST /served/secret-path?secret-query" + rest + "Content-Length: secret-key\r\n\r\n",
            "POST /served/secret-path?secret-query" + rest + "Transfer-Encoding: chunked\r\n\r\nsecret-key\r\n",
            "POST /served/secret-path?secret-query" + rest + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\nX-Content-Length: 3\r\n\r\n",
            "GET /served/secret-path?secret-query" + rest,
            "GET /served/secret-path?secret-query HTTP/1.1\r\nHost: secret-host\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: secret-key\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        ];
        // The first is the log's first; the others all at once, as some of them end with a time limit.
        await ExchangeAsync(port, requests[0]);
        await Task.WhenAll(requests[1..].Select(bytes => ExchangeAsync(port, bytes)));

        await using (var leaving = await RawClient.ConnectAsync(port, SslApplicationProtocol.Http11, Client))
            await leaving.SendAsync("GET /slow/secret-path?secret-query" + rest + "\r\n");
        await using (var http2 = await RawHttp2Client.ConnectAsync(port, Client))
        {
            await http2.SendAsync(FrameType.Headers, 5, 1, RawHttp2Client.Encode(
            [
                KeyValuePair.Create(":method", "GET"), KeyValuePair.Create(":scheme", "https"),
                KeyValuePair.Create(":path", "/served/secret-path secret-query"), KeyValuePair.Create(":authority", "secret-host"),
                KeyValuePair.Create("Secret-Key", "1"),
            ]));
            await http2.OutcomeAsync(1);
        }

        await FailHandshakesAsync(port);
    }

    private static async Task ExchangeAsync(int port, string bytes)
    {
        await using var client = await RawClient.ConnectAsync(port, SslApplicationProtocol.Http11, Client);
        await client.SendAsync(bytes);
        await client.ReadToEndAsync();
    }

    private static async Task FailHandshakesAsync(int port)
    {
        using var garbage = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        garbage.Bind(new IPEndPoint(IPAddress.Parse(Client), 0));
        await garbage.ConnectAsync(IPAddress.Loopback, port);
        await garbage.SendAsync("GET /secret-path HTTP/1.1\r\n\r\n"u8.ToArray());
        while (await garbage.ReceiveAsync(new byte[256]) > 0)
        {
        }

        foreach (var options in (string[])["-tls1_1", "-servername secret-name.example.test", "-alpn secret-name"])
            await OpenSslClient.RequestAsync(port, options + " -bind " + Client + ":0");
    }
}
