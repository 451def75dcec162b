using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Clients;

/// <summary>The PROXY protocol's header in front of TLS: from HAProxy, from curl, and as nobody should send it.</summary>
[Collection(Undisturbed.Name)]
public sealed class ProxyProtocolTests(FrontFixture front, ProxyFixture proxy) : IClassFixture<FrontFixture>
{
    private const string Header = "PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n";

    public static TheoryData<string> Ways => [.. HaProxy.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Request_ThroughHaProxy_IsTheRealClients(string way)
    {
        await using var balancer = await HaProxy.StartAsync(front.BehindPort);

        foreach (var version in (string[])["--http1.1", "--http2"])
        {
            var result = await front.CurlAsync(balancer[way], "/", FrontFixture.Stranger, version);

            Assert.True(result.ExitCode == 0, result.Text);
            Assert.Equal(FrontFixture.Stranger, SeenRequest.Parse(result.Output).Headers["x-forwarded-for"]);
        }
    }

    [Fact]
    public async Task Request_CurlsHeader_IsTaken()
    {
        var result = await front.CurlAsync(front.BehindPort, "/", "127.0.0.1", "--haproxy-protocol");

        Assert.True(result.ExitCode == 0, result.Text);
    }

    [Fact]
    public async Task Request_HeaderFromAStranger_IsRefused()
    {
        // It differs from the one above in where it comes from, and in nothing else.
        var result = await front.CurlAsync(front.BehindPort, "/", FrontFixture.Stranger, "--haproxy-protocol");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(front.Lines, line => line.Contains("not from one of the TrustedProxies", StringComparison.Ordinal));
        Assert.DoesNotContain(front.Lines, line => line.Contains(FrontFixture.Stranger, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_NoHeader_IsRefused()
    {
        var result = await front.CurlAsync(front.BehindPort, "/", "127.0.0.1");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Request_HeaderOnAListenerWithoutIt_IsABadClientHello()
    {
        var result = await front.CurlAsync(front.HttpsPort, "/", "127.0.0.1", "--haproxy-protocol");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Request_HeaderTogetherWithTheClientHello_LosesNoByteOfIt()
    {
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);

        var seen = await FrontFixture.RequestAsync(new PrefixedStream(new NetworkStream(socket), Encoding.ASCII.GetBytes(Header)));

        Assert.Equal("203.0.113.7", seen.Headers["x-forwarded-for"]);
    }

    [Fact]
    public async Task Request_HeaderInPieces_IsPutTogether()
    {
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);
        foreach (var each in Encoding.ASCII.GetBytes(Header))
        {
            await socket.SendAsync(new[] { each });
            // Long enough for most to arrive alone.
            await Task.Delay(5);
        }

        var seen = await FrontFixture.RequestAsync(new NetworkStream(socket));

        Assert.Equal("203.0.113.7", seen.Headers["x-forwarded-for"]);
    }

    [Fact]
    public async Task Request_HeaderThatNamesNobody_IsTheConnectionsOwn()
    {
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);
        await socket.SendAsync("PROXY UNKNOWN\r\n"u8.ToArray());

        var seen = await FrontFixture.RequestAsync(new NetworkStream(socket));

        Assert.Equal("127.0.0.1", seen.Headers["x-forwarded-for"]);
    }

    [Fact]
    public async Task Request_ClaimedClientIsAProxyOfTheSameTrust_IsTheOneItNames()
    {
        // A load balancer of TCP behind one of HTTP.
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);
        await socket.SendAsync("PROXY TCP6 2001:db8::5 2001:db8::1 56324 443\r\n"u8.ToArray());
        await using var client = await FrontFixture.ShakeHandsAsync(new NetworkStream(socket));
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client);

        Assert.Contains("\"x-forwarded-for\":\"203.0.113.9\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324 44300000000000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\u00ff\u00ff")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0011")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public async Task Connection_NoHeader_IsClosedAtOnce(string bytes)
    {
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);
        var begun = Stopwatch.GetTimestamp();
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));

        await FrontFixture.AssertClosedAsync(socket);

        // Not by the time limit of the handshake, which is 10 s.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c")]
    public async Task Connection_EndsInTheMiddleOfTheHeader_IsClosedAtOnce(string bytes)
    {
        using var socket = await FrontFixture.ConnectAsync(front.BehindPort);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        var begun = Stopwatch.GetTimestamp();
        socket.Shutdown(SocketShutdown.Send);

        await FrontFixture.AssertClosedAsync(socket);

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Connection_HeaderThatTakesTooLong_EndsWithTheHandshakesTime()
    {
        using var directory = new TemporaryDirectory();
        var port = FreePort.Next();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("TrustedProxies", new System.Text.Json.Nodes.JsonArray("127.0.0.1"))
            .With("Listeners:behind:Address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))
            .With("Listeners:behind:AcceptProxyProtocol", true)
            .With("Tls:Limits:HandshakeTimeout", "2s");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(directory), port, proxy.Token.Environment);
        using var nothing = await FrontFixture.ConnectAsync(port);
        using var half = await FrontFixture.ConnectAsync(port);
        using var headerOnly = await FrontFixture.ConnectAsync(port);
        var begun = Stopwatch.GetTimestamp();
        await half.SendAsync("PROXY TCP4 203.0"u8.ToArray());
        // Most of the time goes by in the header; the handshake has what is left of it, and not two seconds more.
        foreach (var piece in Header.Chunk(1 + (Header.Length / 15)))
        {
            await headerOnly.SendAsync(Encoding.ASCII.GetBytes(piece));
            await Task.Delay(100);
        }

        await FrontFixture.AssertClosedAsync(headerOnly);

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(3.2));
        await FrontFixture.AssertClosedAsync(half);
        await FrontFixture.AssertClosedAsync(nothing);
    }
}
