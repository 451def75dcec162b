using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Watching;
using ForwardSecretProxy.FunctionalTests.Audit.Handshakes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Watching;

/// <summary>A server that is watched for longer than its ticket key lives.</summary>
public sealed class EndpointWatchTests : IDisposable
{
    private const int LooksBefore = 5;

    private static readonly EndpointObservation Scanned = new()
    {
        Host = "localhost",
        Port = 443,
        Address = "127.0.0.1",
        At = default,
        Versions =
        [
            new VersionObservation(TlsVersion.Tls12, Answer.Yes) { Suites = [CipherSuites.Find("ECDHE-RSA-AES128-GCM-SHA256")!] },
            new VersionObservation(TlsVersion.Tls13, Answer.Yes) { Suites = [CipherSuites.Find("TLS_AES_128_GCM_SHA256")!] },
        ],
    };

    private readonly TemporaryDirectory _directory = new();

    private WatchOptions Options => new()
    {
        Span = TimeSpan.FromSeconds(15),
        StateFile = _directory.File("state.json"),
        Clock = new LeapingClock(),
    };

    [Fact]
    public async Task Run_OneKeyAllTheTime_SeesItForTheWholeSpan()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "");

        var seen = await EndpointWatch.RunAsync(server.OpenAsync, Scanned, Options, null, default);

        AssertOpensNothing(await File.ReadAllTextAsync(Options.StateFile!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Options.StateFile!));
        var lives = TicketKeyLife.Of(seen.Tls12Tickets.Samples);
        Assert.Equal(Options.Span, Assert.Single(lives).Seen);
        Assert.Equal(Options.Span, Assert.Single(TicketKeyLife.Of(seen.Tls13Resumption.Samples)).Seen);
        Assert.False(TicketKeyLife.WasRotated(lives));
        Assert.Equal(Options.Span.TotalSeconds, seen.Tls12Tickets.HonouredSeconds);
        Assert.Equal(Options.Span.TotalSeconds, seen.SessionIds.HonouredSeconds);
        Assert.Null(seen.SessionIds.RefusedSeconds);
        Assert.All(seen.KeyShares, shares => Assert.Empty(shares.Repeated));
        Assert.Equal([TlsVersion.Tls12, TlsVersion.Tls13], seen.KeyShares.Select(shares => shares.Version).Order());
        Assert.Empty(seen.Gaps);
    }

    [Fact]
    public async Task Run_InterruptedAndServerRestarted_GoesOnAndSeesTheRotation()
    {
        var clock = new LeapingClock();
        var options = Options with { Clock = clock };
        await using (var before = await HandshakeServer.StartAsync("rsa:2048", ""))
        {
            using var interrupt = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndpointWatch.RunAsync(
                before.OpenAsync, Scanned, options, new At(LooksBefore, interrupt), interrupt.Token));
        }

        clock.Leap(options.Interval);
        await using var after = await HandshakeServer.StartAsync("rsa:2048", "");
        var seen = await EndpointWatch.RunAsync(after.OpenAsync, Scanned, options, null, default);

        var lives = TicketKeyLife.Of(seen.Tls12Tickets.Samples);
        Assert.Equal(2, lives.Count);
        Assert.Equal(LooksBefore, lives[0].Tickets);
        Assert.True(TicketKeyLife.WasRotated(lives));
        Assert.Equal(["state.json"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Run_ServerRestartedUnderIt_SeesTheSessionRefused()
    {
        var server = await HandshakeServer.StartAsync("rsa:2048", "");
        var looks = 0;
        var connections = 0;
        async Task<Stream> OpenAsync(CancellationToken stop)
        {
            if (looks >= LooksBefore && Interlocked.Exchange(ref connections, 1) == 0)
            {
                await server.DisposeAsync();
                server = await HandshakeServer.StartAsync("rsa:2048", "");
            }

            return await server.OpenAsync(stop);
        }

        var seen = await EndpointWatch.RunAsync(OpenAsync, Scanned, Options, new Each(() => looks++), default);

        await server.DisposeAsync();
        Assert.Equal((LooksBefore - 1, LooksBefore), ((int)seen.SessionIds.HonouredSeconds!, (int)seen.SessionIds.RefusedSeconds!));
        Assert.Equal((LooksBefore - 1, LooksBefore), ((int)seen.Tls12Tickets.HonouredSeconds!, (int)seen.Tls12Tickets.RefusedSeconds!));
    }

    [Theory]
    [InlineData("", " is no state of a watch. Delete it")]
    [InlineData("not JSON", " is no state of a watch. Delete it")]
    [InlineData("[]", " is no state of a watch. Delete it")]
    [InlineData("{}", " is no state of a watch. Delete it")]
    [InlineData("""{"version":1,"server":"localhost 443 - -","begun":"2030-01-01T00:00:0""", " is no state of a watch. Delete it")]
    [InlineData("""{"version":1,"server":"localhost 443 - -","begun":"2030-01-01T00:00:00+00:00","shares":null}""", " is no state of a watch. Delete it")]
    [InlineData("null", " is empty. Delete it")]
    [InlineData("""{"version":2,"server":"localhost 443 - -","begun":"2030-01-01T00:00:00+00:00"}""",
        " was written by another version of this program (it has format 2, and this one 1). Name another file with --state.")]
    [InlineData("""{"version":2,"servers":["localhost"]}""",
        " was written by another version of this program (it has format 2, and this one 1). Name another file with --state.")]
    [InlineData("""{"version":1,"server":"elsewhere 443 - -","begun":"2030-01-01T00:00:00+00:00"}""",
        " is of another server (elsewhere 443 - -). Name another file with --state.")]
    public async Task Run_FileOfSomethingElse_SaysSoAndLeavesIt(string content, string problem)
    {
        var options = Options;
        _directory.Write("state.json", content);

        var exception = await Assert.ThrowsAsync<WatchStateException>(() => EndpointWatch.RunAsync(
            _ => throw new InvalidOperationException("it must not connect"), Scanned, options, null, default));

        Assert.StartsWith(options.StateFile + problem, exception.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(options.StateFile!));
    }

    [Fact]
    public async Task Run_ServerGoesAway_KeepsWhatItSawAndSaysSo()
    {
        var server = await HandshakeServer.StartAsync("rsa:2048", "");
        var looks = 0;
        Task<Stream> OpenAsync(CancellationToken stop) =>
            looks < LooksBefore ? server.OpenAsync(stop) : throw new IOException("nobody there");

        var seen = await EndpointWatch.RunAsync(OpenAsync, Scanned, Options, new Each(() => looks++), default);

        await server.DisposeAsync();
        Assert.Equal(LooksBefore, seen.Tls12Tickets.Samples.Count);
        Assert.Contains("nobody there", Assert.Single(seen.Gaps), StringComparison.Ordinal);
    }

    // A master secret has 48 bytes and a ticket more; what is as long as either has to be a share or a digest.
    private static void AssertOpensNothing(string state)
    {
        var tokens = Regex.Matches(state, "\"(?<name>[a-zA-Z0-9]+)\": \"(?<value>[A-Za-z0-9+/=]{33,})\"");
        Assert.NotEmpty(tokens);
        Assert.All(tokens, token => Assert.Contains(token.Groups["name"].Value, (string[])["share", "digest"]));
        Assert.All(tokens, token => Assert.Matches("^[0-9A-F]{64}$", token.Groups["value"].Value));
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private sealed class At(int looks, CancellationTokenSource interrupt) : IProgress<WatchProgress>
    {
        public void Report(WatchProgress value)
        {
            if (value.Looks == looks)
                interrupt.Cancel();
        }
    }

    private sealed class Each(Action look) : IProgress<WatchProgress>
    {
        public void Report(WatchProgress value) => look();
    }
}
