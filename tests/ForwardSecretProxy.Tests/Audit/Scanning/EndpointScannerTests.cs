using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Tests.Audit.Probing;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

/// <summary>Whole scans of servers in memory that say the same to everything.</summary>
public class EndpointScannerTests
{
    public static TheoryData<string> Names => [.. RecordedFlights.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ScanAsync_SameFlightToEverything_Ends(string name)
    {
        var seen = await ScanAsync(() => new ScriptedStream(RecordedFlights.Read(name)));

        Assert.Equal(TlsVersions.All, seen.Versions.Select(each => each.Version));
        Assert.NotEqual(0, seen.Connections);
    }

    [Fact]
    public async Task ScanAsync_ServerThatOnlyCloses_LeavesAllOpen()
    {
        var seen = await ScanAsync(() => new ScriptedStream([]));

        Assert.All(seen.Versions, version => Assert.Equal(Answer.Unknown, version.Supported));
        Assert.All(seen.Versions, version => Assert.Contains(seen.Gaps, gap => gap.Contains(version.Version.ToText(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ScanAsync_DeadlineInTheMiddle_EndsWithWhatItHasAndSaysSo()
    {
        var asked = 0;
        var late = new TaskCompletionSource();
        // It answers at first, and then takes for ever to let anybody in.
        var seen = await EndpointScanner.ScanAsync(
            async stop =>
            {
                if (Interlocked.Increment(ref asked) > 40)
                    await late.Task.WaitAsync(stop);
                return new ScriptedStream(RecordedFlights.Read("tls13"));
            },
            Begun, new ScanOptions { Timeout = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromMilliseconds(500) }, null, default)
            .WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Contains("The scan ended after 0.5 s, before all was asked.", seen.Gaps);
        Assert.Equal(Answer.Yes, seen.Versions[^1].Supported);
        Assert.Equal(TlsVersions.All, seen.Versions.Select(each => each.Version));
        Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
    }

    [Fact]
    public async Task ScanAsync_ServerThatTakesOnlyTheFirstConnection_IsNoException()
    {
        var seen = await EndpointScanner.ScanAsync(
            _ => Task.FromException<Stream>(new ReconnectFailedException("it takes no more")), Begun, new ScanOptions(), null, default);

        Assert.All(seen.Versions, version => Assert.Equal(Answer.Unknown, version.Supported));
    }

    [Theory]
    [InlineData("tls13", TlsVersion.Tls13, "x25519")]
    [InlineData("tls12-ecdhe-ecdsa", TlsVersion.Tls12, "x25519")]
    [InlineData("tls12-dhe-rsa", TlsVersion.Tls12, "DHE-2048")]
    public async Task ScanAsync_SameShareAlways_IsSeen(string name, TlsVersion version, string group)
    {
        var seen = await ScanAsync(() => new ScriptedStream(RecordedFlights.Read(name)));

        var shares = Assert.Single(seen.KeyShares);
        Assert.Equal((version, group), (shares.Version, shares.Group));
        Assert.Equal(shares.Samples, Assert.Single(shares.Repeated).Times);
    }

    [Fact]
    public async Task ScanAsync_Alerts_AreANoToEveryVersion()
    {
        var seen = await ScanAsync(() => new ScriptedStream(RecordedFlights.Read("alert")));

        Assert.All(seen.Versions, version => Assert.Equal(Answer.No, version.Supported));
        Assert.Null(seen.TypicalClient);
    }

    [Fact]
    public async Task ScanAsync_Silence_LeavesAllOpenAndSaysWhy()
    {
        var seen = await ScanAsync(() => new ScriptedStream([], staysOpen: true));

        Assert.All(seen.Versions, version => Assert.Equal(Answer.Unknown, version.Supported));
        Assert.Equal(Answer.Unknown, seen.Features.SecureRenegotiation);
        Assert.Contains(seen.Gaps, gap => gap.Contains("stopped answering", StringComparison.Ordinal));
        Assert.All(seen.Versions, version => Assert.Contains(seen.Gaps, gap => gap.Contains(version.Version.ToText(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ScanAsync_AnotherProtocol_LeavesAllOpenAndSaysWhy()
    {
        var seen = await ScanAsync(() => new ScriptedStream("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));

        Assert.All(seen.Versions.Skip(1), version => Assert.Equal(Answer.Unknown, version.Supported));
        Assert.Contains("The server answered no ClientHello: it answers in HTTP, not in TLS.", seen.Gaps);
    }

    [Fact]
    public async Task ScanAsync_NameThatIsNotKnown_SaysSo()
    {
        var seen = await ScanAsync(() => new ScriptedStream([0x15, 3, 3, 0, 2, 2, 112]));

        Assert.Contains(seen.Gaps, gap => gap.Contains("does not know the name \"example.test\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ScanAsync_Progress_CountsEveryStep()
    {
        var reports = new List<ScanProgress>();
        await ScanAsync(() => new ScriptedStream(RecordedFlights.Read("alert")), new Recorder(reports));

        Assert.NotEmpty(reports);
        Assert.Equal(Enumerable.Range(1, reports[0].Total), reports.Select(each => each.Done).Order());
    }

    [Fact]
    public async Task ScanAsync_Stopped_Throws()
    {
        using var stop = new CancellationTokenSource();
        var scan = ScanAsync(() =>
        {
            stop.Cancel();
            return new ScriptedStream([], staysOpen: true);
        }, stop: stop.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
    }

    /// <summary>Scans a server in memory, quickly.</summary>
    internal static Task<EndpointObservation> ScanAsync(
        Func<ScriptedStream> server, IProgress<ScanProgress>? progress = null, CancellationToken stop = default) => EndpointScanner.ScanAsync(
            _ => Task.FromResult<Stream>(server()), Begun,
            new ScanOptions { Timeout = TimeSpan.FromMilliseconds(50), FirstPause = TimeSpan.FromMilliseconds(1) }, progress, stop);

    private static EndpointObservation Begun => new()
    {
        Host = "example.test",
        Port = 443,
        Address = "192.0.2.1",
        ServerName = "example.test",
        At = DateTimeOffset.UtcNow,
    };

    private sealed class Recorder(List<ScanProgress> reports) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value)
        {
            lock (reports)
                reports.Add(value);
        }
    }
}
