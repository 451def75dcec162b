using ForwardSecretProxy.FunctionalTests.Fixtures;
using Xunit.Abstractions;

namespace ForwardSecretProxy.FunctionalTests.Serving;

[Collection(Undisturbed.Name)]
public sealed class LeakTests(ProxyFixture proxy, ITestOutputHelper output) : IDisposable
{
    private const int WarmUp = 5_000;
    private const int Total = 20_000;
    // Some 600 bytes a handshake: less than anything that libssl or a session could leave behind. Without a leak it is one
    // to five per cent, by how warm the just-in-time compiler was at the first look.
    private const double Tolerance = 1.08;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Handshakes_FinishedResumedAndBrokenOff_LeaveTheMemoryAsItWas()
    {
        // The store of tickets is bounded, and is to be full before the first look.
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Tls:Resumption:Capacity", 1_000)
            .With("Logging:LogLevel:Default", "Information");
        // The collector's first generation may grow to the size of the processor's cache at its leisure, which is no
        // leak but as large as one: it is kept small, so that what grows is ours.
        var environment = new Dictionary<string, string?>(proxy.Token.Environment) { ["DOTNET_GCgen0size"] = "0x200000" };
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, environment);
        var load = new HandshakeLoad(configuration.Port, proxy.Authority.TrustOnlyThis());

        await load.RunAsync(WarmUp);
        var before = fsp.ResidentBytes();
        await load.RunAsync(Total - WarmUp);
        var after = await SettleAsync(fsp, (long)(before * Tolerance));

        output.WriteLine(
            $"{before:N0} bytes after {WarmUp:N0}, {after:N0} after {Total:N0}; "
            + $"{load.Finished:N0} finished, {load.Resumed:N0} of them resumed, "
            + $"{load.BrokenOffAfterAnswer:N0} broken off after the answer");
        Assert.InRange(after, 0, (long)(before * Tolerance));
        Assert.InRange(load.Finished, Total * 4 / 10, Total);
        Assert.InRange(load.Resumed, Total / 10, Total);
        Assert.InRange(load.BrokenOffAfterAnswer, Total * 15 / 100, Total);
        Assert.Equal(0, await fsp.StopAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("Stopped; 0 TLS connections are left", StringComparison.Ordinal));
    }

    // The last connections are still being closed, and the garbage collector has its own mind: look for a while.
    private static async Task<long> SettleAsync(FspProcess fsp, long target)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var best = fsp.ResidentBytes();
        for (var look = 0; look < 20 && best > target && await pace.WaitForNextTickAsync(); look++)
            best = Math.Min(best, fsp.ResidentBytes());
        return best;
    }
}
