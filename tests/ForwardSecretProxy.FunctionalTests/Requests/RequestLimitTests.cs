using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Bench;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>Clients that are too big, too slow or too busy, against small limits.</summary>
[Collection(RunningProxy.Name)]
public sealed class RequestLimitTests(LimitedProxy limited) : IClassFixture<LimitedProxy>
{
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(500, 10, 100, 200)]
    [InlineData(2000, 10, 100, 414)]
    [InlineData(10, 60, 10, 431)]
    [InlineData(10, 10, 1000, 431)]
    public async Task Head_LargerThanAllowed_IsRefused(int targetLength, int headers, int headerLength, int status)
    {
        var head = new StringBuilder($"GET /{new string('a', targetLength)} HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n");
        for (var i = 0; i < headers; i++)
            head.Append($"X-{i}: {new string('b', headerLength)}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", await ExchangeAsync(head + "\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_ThatDrips_IsEndedInTime()
    {
        await using var client = await RawClient.ConnectAsync(limited.Port, SslApplicationProtocol.Http11);
        var answer = client.ReadToEndAsync();
        var clock = Stopwatch.StartNew();

        await client.SendAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\n");
        while (!answer.IsCompleted && clock.Elapsed < Patience)
        {
            await client.SendAsync("X: y\r\n");
            await Task.WhenAny(answer, Task.Delay(100));
        }

        Assert.StartsWith("HTTP/1.1 408 ", await answer, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Http2Head_ThatDoesNotEnd_IsEndedInTime()
    {
        await using var client = await RawHttp2Client.ConnectAsync(limited.Port);

        await client.SendAsync(FrameType.Headers, EndStream, 1, Block(("x-a", "1")));

        Assert.NotNull((await client.OutcomeAsync(1)).ConnectionError);
    }

    [Fact]
    public async Task Body_ThatStands_IsEndedInTime()
    {
        var answer = await ExchangeAsync("POST / HTTP/1.1\r\nHost: web.example.test\r\nContent-Length: 100000\r\n\r\nabc");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatIsNotRead_IsEndedInTime()
    {
        // It says what it was sent, so a large answer takes a large request.
        const int length = 24_000_000;
        await using var client = await RawClient.ConnectAsync(limited.Port, SslApplicationProtocol.Http11);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: web.example.test\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience && await IsWritableAsync(client.Stream))
            await Task.Delay(100);

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), Patience);
    }

    [Fact]
    public async Task Answer_ThatRests_IsNotCut()
    {
        await using var backend = new ScriptedServer(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[4096], stop);
            await ScriptedServer.SayAsync(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n", stop);
            await Task.Delay(TimeSpan.FromSeconds(4), stop);
            await ScriptedServer.SayAsync(socket, "data: 2\n\n", stop);
            socket.Shutdown(SocketShutdown.Both);
        });
        var (fsp, port) = await limited.ServeAsync($"http://127.0.0.1:{backend.Port}");
        await using var _ = fsp;

        var answer = await ExchangeAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n", port);

        Assert.Contains("data: 1", answer, StringComparison.Ordinal);
        Assert.Contains("data: 2", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrpcCall_WhoseBodyRests_IsNotCut()
    {
        var (fsp, port) = await limited.ServeAsync($"http://127.0.0.1:{limited.Backend.Http2Port}", new JsonObject
        {
            ["Version"] = "2", ["VersionPolicy"] = "RequestVersionExact",
        });
        await using var _ = fsp;
        await using var client = await RawHttp2Client.ConnectAsync(port);

        await client.SendAsync(FrameType.Headers, EndHeaders, 1, Block(("content-type", "application/grpc"), ("te", "trailers")));
        await Task.Delay(TimeSpan.FromSeconds(4));
        await client.SendAsync(FrameType.Data, EndStream, 1, "x"u8);

        Assert.Equal(new Http2Outcome(Status: 200), await client.OutcomeAsync(1));
    }

    [Fact]
    public async Task Streams_CancelledInARush_EndTheConnection()
    {
        // Rapid reset, CVE-2023-44487.
        await using var client = await RawHttp2Client.ConnectAsync(limited.Port);
        var block = Block(("x-a", "1"));
        var rush = new List<byte>();
        for (var stream = 1; stream < 20_000; stream += 2)
        {
            rush.AddRange(RawHttp2Client.Frame(FrameType.Headers, EndHeaders | EndStream, stream, block));
            rush.AddRange(RawHttp2Client.Frame(FrameType.Reset, 0, stream, [0, 0, 0, 8]));
        }

        var sending = client.SendAsync(rush.ToArray());

        Assert.NotNull((await LastOutcomeAsync(client)).ConnectionError);
        await sending;
        await AssertServesAsync();
    }

    [Fact]
    public async Task Streams_ThatAreAnswered_GoOn()
    {
        // The control of the one above: it is not their number.
        await using var client = await RawHttp2Client.ConnectAsync(limited.Port);
        for (var stream = 1; stream < 1000; stream += 2)
        {
            await client.SendAsync(FrameType.Headers, EndHeaders | EndStream, stream, Block("HEAD"));
            Assert.Equal(new Http2Outcome(Status: 200), await client.OutcomeAsync(stream));
        }
    }

    [Fact]
    public async Task Continuations_WithoutEnd_EndTheConnection()
    {
        // CVE-2024-24549 and its kin: headers that never come to an end, each frame within its limit.
        await using var client = await RawHttp2Client.ConnectAsync(limited.Port);
        var flood = new List<byte>(RawHttp2Client.Frame(FrameType.Headers, EndStream, 1, Block(("x-a", "1"))));
        var more = RawHttp2Client.Encode(Enumerable.Range(0, 100).Select(i => KeyValuePair.Create($"x-{i}", new string('b', 100))));
        for (var i = 0; i < 1000; i++)
            flood.AddRange(RawHttp2Client.Frame(FrameType.Continuation, 0, 1, more));

        var sending = client.SendAsync(flood.ToArray());

        Assert.True(await LastOutcomeAsync(client) is { ConnectionError: not null } or { Closed: true });
        await sending;
        await AssertServesAsync();
    }

    [Theory]
    [InlineData((int)FrameType.Ping, 8)]
    [InlineData((int)FrameType.Settings, 0)]
    public async Task Frames_WhoseAnswersAreNotRead_CostLittleAndOnlyTheirSender(int type, int length)
    {
        await AssertServesAsync();
        var before = limited.Process.ResidentBytes();
        await using var client = await RawHttp2Client.ConnectAsync(limited.Port);
        var flood = Enumerable.Repeat(RawHttp2Client.Frame((FrameType)type, 0, 0, new byte[length]), 1_000_000).SelectMany(frame => frame).ToArray();

        var sending = client.SendAsync(flood);
        await Task.WhenAny(sending, Task.Delay(TimeSpan.FromSeconds(5)));

        await AssertServesAsync();
        Assert.InRange(limited.Process.ResidentBytes() - before, long.MinValue, 100_000_000);
    }

    private async Task<string> ExchangeAsync(string bytes, int? port = null)
    {
        await using var client = await RawClient.ConnectAsync(port ?? limited.Port, SslApplicationProtocol.Http11);
        await client.SendAsync(bytes);
        return await client.ReadToEndAsync();
    }

    private async Task AssertServesAsync() => Assert.StartsWith("HTTP/1.1 200 ",
        await ExchangeAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    /// <summary>How the connection ends; a stream before may have had an answer or an error.</summary>
    private static async Task<Http2Outcome> LastOutcomeAsync(RawHttp2Client client) => await client.OutcomeAsync(stream: -1);

    private static async Task<bool> IsWritableAsync(SslStream stream)
    {
        try
        {
            await stream.WriteAsync(new byte[1]).AsTask().WaitAsync(Patience);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static byte[] Block(params (string Name, string Value)[] fields) => Block("POST", fields);

    private static byte[] Block(string method, params (string Name, string Value)[] fields) => RawHttp2Client.Encode(
    [
        KeyValuePair.Create(":method", method), KeyValuePair.Create(":scheme", "https"), KeyValuePair.Create(":path", "/"),
        KeyValuePair.Create(":authority", ProxyFixture.DefaultName),
        .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
    ]);
}
