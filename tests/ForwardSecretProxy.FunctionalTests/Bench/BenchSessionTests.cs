using System.Net;
using System.Text;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl.Engine;
using static ForwardSecretProxy.FunctionalTests.Bench.ScriptedServer;

namespace ForwardSecretProxy.FunctionalTests.Bench;

/// <summary>The client against servers that misbehave in one way each: what happened must be in the result.</summary>
[Collection(Undisturbed.Name)]
public class BenchSessionTests
{
    [Fact]
    public async Task Run_ServerThatHangs_CountsTimeouts()
    {
        await using var server = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));

        var result = await RunAsync(Options(server.Port) with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal(0, result.Counts.Done);
        var error = Assert.Single(result.Errors);
        Assert.Equal((BenchErrorKind.Timeout, "handshake"), (error.Kind, error.Detail));
        Assert.Contains("0.2 s", error.Example, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ServerThatStalls_ShowsTheWaitOfThoseWhoWouldHaveCome()
    {
        // Stands still once, for 0.8 s of 2. One connection is held up by that; without the schedule the others would
        // not have been started, and the wait of only one in eighty would be seen.
        var stall = new Lazy<Task>(() => Task.Delay(TimeSpan.FromSeconds(0.8)));
        var handshakes = 0;
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            if (Interlocked.Increment(ref handshakes) > 30)
                await stall.Value;
            await ShakeHandsAsync(socket, stop);
        });

        var result = await RunAsync(Options(server.Port) with
        {
            Rate = 40, Connections = 1, Warmup = TimeSpan.FromSeconds(0.5), Duration = TimeSpan.FromSeconds(2),
        });

        Assert.Equal((80, 0), (result.Counts.Done, result.Counts.Errors));
        Assert.InRange(Assert.Single(result.Latencies).P90, 300, 10_000);
        Assert.True(result.OpenLoop!.Delayed >= 16, $"{result.OpenLoop}");
        Assert.InRange(result.OpenLoop.LongestDelay, 300, 10_000);
    }

    [Fact]
    public async Task Run_ServerThatStopsAnsweringInAnOpenLoop_CountsEveryArrival()
    {
        await using var server = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));

        var result = await RunAsync(Options(server.Port) with
        {
            Rate = 100, Connections = 2, Warmup = TimeSpan.Zero, Timeout = TimeSpan.FromMilliseconds(300),
        });

        Assert.Equal(0, result.Counts.Done);
        Assert.Equal(100 * result.Parameters.DurationSeconds, result.Counts.Errors, 1d);
        Assert.Contains(result.Errors, error => error.Kind == BenchErrorKind.NotStarted);
        Assert.Contains(result.Errors, error => error.Kind == BenchErrorKind.Timeout);
    }

    [Fact]
    public async Task Run_AnswerCutShort_IsTruncatedNotDone()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            var tls = await StartTlsAsync(socket, stop);
            Assert.True(await tls.ReadAsync(new byte[4096], stop) > 0);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome of it"u8.ToArray(), stop);
            // The end of the stream without a close_notify: anybody on the way could have made it.
        });

        var result = await RunAsync(Options(server.Port) with { Request = "/" });

        Assert.Equal(0, result.Counts.Done);
        Assert.All(result.Errors, error => Assert.Equal((BenchErrorKind.Truncated, "response"), (error.Kind, error.Detail)));
        Assert.NotEmpty(result.Errors);
    }

    [Fact]
    public async Task Run_AnswerWithoutEnd_IsATimeoutAndHoldsNobodyUp()
    {
        var connections = 0;
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            var isEndless = Interlocked.Increment(ref connections) == 2;
            await using var tls = await StartTlsAsync(socket, stop);
            Assert.True(await tls.ReadAsync(new byte[4096], stop) > 0);
            await tls.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
            while (isEndless)
                await tls.WriteAsync(new byte[64 * 1024], stop);
            await tls.ShutdownAsync();
        });

        var result = await RunAsync(Options(server.Port) with
        {
            Request = "/", Warmup = TimeSpan.Zero, Timeout = TimeSpan.FromMilliseconds(400),
        });

        var error = Assert.Single(result.Errors);
        Assert.Equal((BenchErrorKind.Timeout, "response", 1), (error.Kind, error.Detail, error.Count));
        Assert.True(result.Counts.Done > 1, $"{result.Counts}");
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", nameof(BenchErrorKind.HttpStatus), "503")]
    [InlineData("220 not a web server\r\n", nameof(BenchErrorKind.HttpProtocol), "")]
    public async Task Run_AnswerThatIsNotGood_IsCountedByKind(string answer, string kind, string detail)
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await using var tls = await StartTlsAsync(socket, stop);
            Assert.True(await tls.ReadAsync(new byte[4096], stop) > 0);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
            await tls.ShutdownAsync();
        });

        var result = await RunAsync(Options(server.Port) with { Request = "/" });

        var error = Assert.Single(result.Errors);
        Assert.Equal((kind, detail), (error.Kind.ToString(), error.Detail));
    }

    [Fact]
    public async Task Run_ServerThatIsNotTls_FailsInTheHandshake()
    {
        await using var server = new ScriptedServer((socket, stop) => SayAsync(socket, "hello, who is there?\r\n", stop));

        var result = await RunAsync(Options(server.Port));

        Assert.Equal(0, result.Counts.Done);
        Assert.Contains(result.Errors, error => error.Kind == BenchErrorKind.Handshake
            && error.Example.Contains("wrong version number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_OlderServer_IsCountedByItsAlert()
    {
        await using var server = await PermissiveServer.StartAsync("-tls1_2");

        var refused = await RunAsync(Options(server.Port));
        var agreed = await RunAsync(Options(server.Port) with { Tls = TlsVersion.Tls12, Certificate = CertificateKind.Ecdsa });

        var error = Assert.Single(refused.Errors);
        Assert.Equal((BenchErrorKind.Alert, "protocol version"), (error.Kind, error.Detail));
        Assert.Equal(0, agreed.Counts.Errors);
        var negotiated = Assert.Single(agreed.Negotiated);
        Assert.Equal(("TLS 1.2", "X25519", "ECDSA"), (negotiated.Version, negotiated.Group, negotiated.Signature));
    }

    [Fact]
    public async Task Run_ServerThatPrefersAnotherGroup_IsAMismatch()
    {
        await using var server = await PermissiveServer.StartAsync("-tls1_2 -serverpref -curves P-256:P-384");

        var result = await RunAsync(Options(server.Port) with { Tls = TlsVersion.Tls12, Group = "P-384" });

        Assert.Equal(0, result.Counts.Done);
        var error = Assert.Single(result.Errors);
        Assert.Equal((BenchErrorKind.Mismatch, "group"), (error.Kind, error.Detail));
        Assert.Equal("asked for P-384, agreed on P-256", error.Example);
    }

    [Fact]
    public async Task Run_ResumptionFromAServerWithoutTickets_CountsWhatIsNotResumed()
    {
        await using var server = await PermissiveServer.StartAsync("-num_tickets 0");

        var result = await RunAsync(Options(server.Port) with { Request = "/", Resume = true });

        Assert.Equal(0, result.Counts.Resumed);
        var error = Assert.Single(result.Errors);
        Assert.Equal((BenchErrorKind.NotResumed, "the server had sent no ticket"), (error.Kind, error.Example));
    }

    [Theory]
    [InlineData("Smtp", "220 mail\r\n|250-mail\r\n250 STARTTLS\r\n|220 go ahead\r\n")]
    [InlineData("Imap", "* OK ready\r\n|a OK begin\r\n")]
    [InlineData("Pop3", "+OK ready\r\n|+OK begin\r\n")]
    [InlineData("Sieve", "\"STARTTLS\"\r\nOK\r\n|OK\r\n")]
    public async Task Run_MailServer_SpeaksUntilTls(string protocol, string turns)
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            var lines = turns.Split('|');
            for (var turn = 0; turn < lines.Length; turn++)
            {
                await SayAsync(socket, lines[turn], stop);
                if (turn < lines.Length - 1)
                    await HearAsync(socket, stop);
            }

            await ShakeHandsAsync(socket, stop);
        });

        var result = await RunAsync(Options(server.Port) with { StartTls = Enum.Parse<StartTlsProtocol>(protocol) });

        Assert.Empty(result.Errors);
        Assert.True(result.Counts.Done > 0);
    }

    [Fact]
    public async Task Run_MailServerThatSaysNo_IsRefusedInItsWords()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await SayAsync(socket, "* OK ready\r\n", stop);
            await HearAsync(socket, stop);
            await SayAsync(socket, "a NO there is no TLS here\r\n", stop);
        });

        var result = await RunAsync(Options(server.Port) with { StartTls = StartTlsProtocol.Imap });

        Assert.Equal(0, result.Counts.Done);
        var error = Assert.Single(result.Errors);
        Assert.Equal(
            (BenchErrorKind.StartTlsRefused, "a NO there is no TLS here"), (error.Kind, error.Example));
    }

    [Fact]
    public async Task Run_SeveralThreadsAndRepetitions_AreAllInTheResult()
    {
        await using var server = new ScriptedServer(ShakeHandsAsync);

        var result = await RunAsync(Options(server.Port) with
        {
            Threads = 2, Connections = 3, Repeat = 3, Duration = TimeSpan.FromMilliseconds(300),
        });

        Assert.Empty(result.Errors);
        Assert.Equal((BenchSamples.Repetitions, 3), (result.Samples.Method, result.Samples.PerSecond.Count));
        Assert.Equal(result.Counts.Done, result.Latencies.Sum(latency => latency.Count));
        Assert.Equal(result.Counts.Done, result.Series.Done.Sum());
        Assert.Equal(result.Counts.Done, result.Negotiated.Sum(agreed => agreed.Count));
        Assert.True(result.Throughput.Low < result.Throughput.PerSecond);
    }

    private static BenchOptions Options(int port) => new()
    {
        Target = new BenchTarget("127.0.0.1", port),
        Address = new IPEndPoint(IPAddress.Loopback, port),
        Connections = 2,
        Warmup = TimeSpan.FromMilliseconds(100),
        Duration = TimeSpan.FromMilliseconds(500),
    };

    private static async Task<BenchDocument> RunAsync(BenchOptions options)
    {
        var result = await new BenchSession(options).RunAsync(CancellationToken.None);
        Assert.NotNull(result);
        return result;
    }
}
