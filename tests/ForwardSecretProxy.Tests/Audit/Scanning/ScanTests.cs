using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Tests.Audit.Probing;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

public class ScanTests
{
    // What a machine under load needs for an answer that is there; a silence is waited for as long.
    private static readonly ScanOptions Patient = new() { FirstPause = TimeSpan.FromMilliseconds(1) };

    private static readonly ScanOptions Impatient = Patient with { Timeout = TimeSpan.FromMilliseconds(20) };

    private int _slowed;

    [Fact]
    public async Task AskAsync_SilentOnce_IsAskedAgain()
    {
        using var scan = Begin([Silence, Answer], Patient with { Timeout = TimeSpan.FromSeconds(1) });

        var flight = await AskAsync(scan);

        Assert.Equal(TlsVersion.Tls13, flight.Hello?.Version);
        Assert.Equal(2, scan.Connections);
    }

    [Fact]
    public async Task AskAsync_SilentTwice_IsInconclusive()
    {
        using var scan = Begin([Silence, Silence], Impatient);

        Assert.False((await AskAsync(scan)).IsConclusive);
    }

    [Fact]
    public async Task AskAsync_ClosedOnce_IsAskedAgain()
    {
        using var scan = Begin([Closing, Answer]);

        Assert.True((await AskAsync(scan)).IsAnswered);
    }

    [Fact]
    public async Task AskAsync_ServerThatRefusesByClosing_IsAskedOnceInTheEnd()
    {
        using var scan = Begin([.. Enumerable.Repeat(Closing, 100)]);
        for (var times = 0; times < 10; times++)
            Assert.Equal(FlightEnding.Closed, (await AskAsync(scan)).Ending);

        Assert.Equal(10 + 3, scan.Connections);
    }

    [Fact]
    public async Task AskAsync_Alert_IsBelieved()
    {
        using var scan = Begin([Refusal, Answer]);

        Assert.Equal(FlightEnding.Alert, (await AskAsync(scan)).Ending);
    }

    [Fact]
    public async Task AskAsync_SilentForGood_GivesUpAndSaysSo()
    {
        using var scan = Begin([.. Enumerable.Repeat(Silence, 100)], Impatient);
        for (var times = 0; times < 20; times++)
            await AskAsync(scan);

        Assert.True(scan.IsGivenUp);
        Assert.Equal(12, scan.Connections);
        Assert.Contains("stopped answering", Assert.Single(scan.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AskAsync_NoConnectionAtAll_Throws()
    {
        using var scan = Begin([]);

        await Assert.ThrowsAsync<IOException>(() => AskAsync(scan));
    }

    [Fact]
    public async Task AskAsync_NoConnectionAnyMore_IsInconclusive()
    {
        using var scan = Begin([Answer]);
        await AskAsync(scan);

        Assert.Equal(FlightEnding.Unconnected, (await AskAsync(scan)).Ending);
    }

    [Fact]
    public async Task AskAsync_ClosedWhileOthersAreAnswered_IsARefusal()
    {
        // The first is the one that is known to be answered, which is asked before and after.
        using var scan = Begin([Answer, Closing, Answer, Closing, Answer]);
        await AskAsync(scan);

        Assert.Equal(FlightEnding.Closed, (await AskAsync(scan)).Ending);
        Assert.Equal((5, 0), (scan.Connections, _slowed));
    }

    [Fact]
    public async Task AskAsync_ClosedAndSoAreOthers_IsGivenTimeAndAskedAgain()
    {
        using var scan = Begin([Answer, Closing, Closing, Answer, Closing, Closing, Answer, Refusal]);
        await AskAsync(scan);

        // Before it, then behind it, others were closed too: it was a limit each time.
        Assert.Equal(FlightEnding.Alert, (await AskAsync(scan)).Ending);
        Assert.Equal((8, 2), (scan.Connections, _slowed));
        Assert.Empty(scan.Gaps);
    }

    [Fact]
    public async Task AskAsync_ClosedForGood_IsNoRefusalAndSaysSo()
    {
        using var scan = Begin([Answer, .. Enumerable.Repeat(Closing, 100)]);
        await AskAsync(scan);

        Assert.False((await AskAsync(scan)).IsConclusive);
        Assert.True(scan.IsGivenUp);
        Assert.Contains("limits how often it is asked", Assert.Single(scan.Gaps), StringComparison.Ordinal);
        Assert.Equal(8, scan.Connections);
    }

    [Fact]
    public async Task ConnectAsync_HandshakesThatHang_AreCountedToo()
    {
        using var scan = Begin([.. Enumerable.Repeat(Silence, 100)], Impatient);
        for (var times = 0; times < 20; times++)
            await using (await scan.Handshaker.ConnectAsync(new HandshakeOffer(TlsVersion.Tls13), CancellationToken.None))
                continue;

        Assert.True(scan.IsGivenUp);
        Assert.Equal(12, scan.Connections);
    }

    private static ScriptedStream Silence() => new([], staysOpen: true);

    private static ScriptedStream Closing() => new([]);

    private static ScriptedStream Refusal() => new(RecordedFlights.Read("alert"));

    private static ScriptedStream Answer() => new(RecordedFlights.Read("tls13"));

    private Scan Begin(Func<ScriptedStream>[] servers, ScanOptions? options = null)
    {
        var next = 0;
        return new Scan(
            _ => next < servers.Length ? Task.FromResult<Stream>(servers[next++]()) : Task.FromException<Stream>(new IOException("refused")),
            "example.test", options ?? Patient, () => _slowed++);
    }

    private static Task<ServerFlight> AskAsync(Scan scan) => scan.AskAsync(scan.Offer(TlsVersion.Tls13, [0x1301]), CancellationToken.None);
}
