using System.Net.Sockets;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Every way to be a bad server that we could think of.</summary>
internal static class HostileServers
{
    private const byte Alert = 21;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;
    private const int LongestMessage = (1 << 24) - 1;

    // Valid each, and to be ignored: the alert user_canceled as a warning, and HelloRequest.
    private static readonly byte[] WarningAlert = ServerFlight.Record(Alert, [1, 90]);
    private static readonly byte[] HelloRequest = ServerFlight.Record(Handshake, [0, 0, 0, 0]);

    // Once for all connections: what a test measures is its client's memory.
    private static readonly Lazy<byte[]> LongestFlight = new(() => ServerFlight.Records(ServerFlight.Message(2, new byte[LongestMessage])));
    private static readonly Lazy<byte[]> HugeChain = new(() => ServerFlight.Records(ServerFlight.Chain(length: 10_000_000)));

    /// <summary>All that need no server behind them.</summary>
    public static IReadOnlyList<HostileServer> All { get; } =
    [
        new("never-answers", (_, stop) => Task.Delay(Timeout.Infinite, stop)),
        new("closes-at-once", (_, _) => Task.CompletedTask),
        new("closes-after-hello", ReadHelloAsync),
        new("resets-at-once", (stream, _) => Reset(stream)),
        new("resets-after-hello", async (stream, stop) =>
        {
            await ReadHelloAsync(stream, stop);
            await Reset(stream);
        }),
        new("speaks-http", async (stream, stop) =>
        {
            await ReadHelloAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
        }),
        new("speaks-first", async (stream, stop) =>
        {
            await stream.WriteAsync("220 mail.example.test ESMTP\r\n"u8.ToArray(), stop);
            await Task.Delay(Timeout.Infinite, stop);
        }),
        new("echoes", (stream, stop) => stream.CopyToAsync(stream, stop)),
        new("garbage", (stream, stop) => RepeatAsync(stream, () => RandomNumberGenerator.GetBytes(1000), stop)),
        new("endless-zeros", (stream, stop) => RepeatAsync(stream, () => new byte[16 * 1024], stop)),
        new("endless-alerts", (stream, stop) => RepeatAsync(stream, () => WarningAlert, stop)),
        new("endless-empty-records", (stream, stop) => RepeatAsync(stream, () => ServerFlight.Record(Handshake, []), stop)),
        new("endless-hello-requests", (stream, stop) => RepeatAsync(stream, () => HelloRequest, stop)),
        new("endless-application-data", (stream, stop) =>
            RepeatAsync(stream, () => ServerFlight.Record(ApplicationData, new byte[16 * 1024]), stop)),
        new("longest-message", async (stream, stop) =>
        {
            await ReadHelloAsync(stream, stop);
            await stream.WriteAsync(LongestFlight.Value, stop);
        }),
        new("endless-certificates", async (stream, stop) =>
        {
            await HelloAsync(stream, stop);
            await RepeatAsync(stream, () => ServerFlight.Records(ServerFlight.Message(11, [0, 0, 0])), stop);
        }),
        new("endless-encrypted-records", async (stream, stop) =>
        {
            if (await ReadHelloAsync(stream, stop) is not { IsSsl2: false } hello)
                return;
            await stream.WriteAsync(ServerFlight.Tls13ServerHello(hello), stop);
            await RepeatAsync(stream, () => ServerFlight.Record(ApplicationData, RandomNumberGenerator.GetBytes(1000)), stop);
        }),
        new("huge-chain", async (stream, stop) =>
        {
            await HelloAsync(stream, stop);
            await stream.WriteAsync(HugeChain.Value, stop);
            await Task.Delay(Timeout.Infinite, stop);
        }),
        new("half-a-record", async (stream, stop) =>
        {
            await ReadHelloAsync(stream, stop);
            await stream.WriteAsync((byte[])[Handshake, 3, 3, 0x40, 0, 2, 0], stop);
            await Task.Delay(Timeout.Infinite, stop);
        }),
        new("one-byte-a-second", async (stream, stop) =>
        {
            foreach (var one in await HelloAsync(stream, stop, said: false))
            {
                await stream.WriteAsync((byte[])[one], stop);
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }),
        new("endless-retries", async (stream, stop) =>
        {
            while (await ReceivedHello.ReadAsync(stream, stop) is { IsSsl2: false, Record: [Handshake, ..] } hello)
                await stream.WriteAsync(ServerFlight.HelloRetryRequest(hello), stop);
        }),
    ];

    /// <summary>
    /// A relay that cuts each connection to a good server one byte later than the last, until the whole answer has
    /// passed, and then begins again.
    /// </summary>
    /// <param name="port">Where the good server is.</param>
    /// <param name="length">How much of an answer to pass at the most.</param>
    public static HostileServer Cutting(int port, int length)
    {
        var connections = -1;
        return new HostileServer("cuts-at-every-byte", async (stream, stop) =>
        {
            var left = Interlocked.Increment(ref connections) % length;
            await Relay.RunAsync(stream, port, [], (piece, at) => piece[..Math.Clamp(left - at, 0, piece.Length)], stop);
        });
    }

    private static Task<ReceivedHello?> ReadHelloAsync(Stream stream, CancellationToken stop) => ReceivedHello.ReadAsync(stream, stop);

    private static async Task<byte[]> HelloAsync(Stream stream, CancellationToken stop, bool said = true)
    {
        if (await ReceivedHello.ReadAsync(stream, stop) is not { IsSsl2: false } hello)
            return [];
        var answer = ServerFlight.ServerHello(hello);
        if (said)
            await stream.WriteAsync(answer, stop);
        return answer;
    }

    private static async Task RepeatAsync(Stream stream, Func<byte[]> next, CancellationToken stop)
    {
        // Ends when the client goes away: the write fails then.
        while (true)
            await stream.WriteAsync(next(), stop);
    }

    private static Task Reset(Stream stream)
    {
        // Closing sends RST then, instead of FIN.
        ((NetworkStream)stream).Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return Task.CompletedTask;
    }
}
