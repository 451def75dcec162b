using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Tests.Audit.Probing;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

public class ScanTests
{
    private static readonly ScanOptions Impatient = new() { Timeout = TimeSpan.FromMilliseconds(20), Parallel = 1 };

    [Fact]
    public async Task AskAsync_SilentOnce_IsAskedAgain()
    {
        using var scan = Begin([Silence, Answer]);

        var flight = await AskAsync(scan);

        Assert.Equal(TlsVersion.Tls13, flight.Hello?.Version);
        Assert.Equal(2, scan.Connections);
    }

    [Fact]
    public async Task AskAsync_SilentTwice_IsInconclusive()
    {
        using var scan = Begin([Silence, Silence]);

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
        using var scan = Begin([.. Enumerable.Repeat(Silence, 100)]);
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

    private static ScriptedStream Silence() => new([], staysOpen: true);

    private static ScriptedStream Closing() => new([]);

    private static ScriptedStream Refusal() => new(RecordedFlights.Read("alert"));

    private static ScriptedStream Answer() => new(RecordedFlights.Read("tls13"));

    private static Scan Begin(Func<ScriptedStream>[] servers)
    {
        var next = 0;
        return new Scan(
            _ => next < servers.Length ? Task.FromResult<Stream>(servers[next++]()) : Task.FromException<Stream>(new IOException("refused")),
            "example.test", Impatient);
    }

    private static Task<ServerFlight> AskAsync(Scan scan) => scan.AskAsync(scan.Offer(TlsVersion.Tls13, [0x1301]), CancellationToken.None);
}
