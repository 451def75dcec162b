using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using Xunit.Abstractions;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>What clients of a whole proxy see of a token's faults, with the module in a process of its own.</summary>
[Collection(OwnProxy.Name)]
public sealed class FaultServingTests(ProxyFixture proxy, ITestOutputHelper output) : IDisposable
{
    private const int InternalError = 80;
    private const string Isolated = "isolated";

    // More than the pause before a worker's third start, and what .NET needs to start.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    // A worker that has lived for a minute counts as well: before that its pauses grow.
    private static readonly TimeSpan WorkerRest = TimeSpan.FromSeconds(65);

    // Of connections to the service and the signer that are kept, however many handshakes and faults there were.
    private const int SpareDescriptors = 32;

    // In five minutes some 50,000 handshakes: what each left behind would be more than this.
    private const long LeftBytes = 24 * 1024 * 1024;

    // A soak of seconds ends while the runtime still compiles.
    private const long CompilingBytes = 64 * 1024 * 1024;

    private static readonly string? SoakSeconds = Environment.GetEnvironmentVariable("FSP_FAULT_SOAK");

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> SoakedSigners => SoakSeconds is null ? [Isolated] : [Isolated, "in-process"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TokenGone_OpenAndResumedConnectionsGoOn_NewOnesFailAtOnceUntilItIsBack()
    {
        using var faulty = await FaultyProxy.CreateAsync(proxy, configuration => configuration.With("Signer", Isolated));
        await using var fsp = await faulty.ServeAsync();
        await using var open = await faulty.ConnectAsync();
        await AssertAnswersAsync(open);
        var ticket = _directory.File("session.pem");
        Assert.True((await OpenSslClient.RequestAsync(faulty.Port, $"-tls1_3 -sess_out {ticket}")).Connected);

        faulty.Faults.IsAbsent = true;
        // The first is the one that finds out.
        await OpenSslClient.RequestAsync(faulty.Port);
        var started = Stopwatch.GetTimestamp();
        var refused = await OpenSslClient.RequestAsync(faulty.Port);
        Assert.Equal(InternalError, refused.Alert);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await AssertAnswersAsync(open);
        Assert.True((await OpenSslClient.RequestAsync(faulty.Port, $"-tls1_3 -sess_in {ticket}")).Resumed);

        await using var clients = new ToughClients(faulty.Port, proxy.Authority.TrustOnlyThis(), 2);
        faulty.Faults.ComeBack();
        await clients.WaitForSuccessAsync(Recovery);
        await AssertAnswersAsync(open);
    }

    [Theory]
    [InlineData(false, "it crashed (SIGSEGV)")]
    [InlineData(true, "its module has not answered C_Sign for 0.5 s")]
    public async Task ModuleCrashesOrHangs_OnlyItsProcessEndsAndHandshakesGoOn(bool hangs, string reason)
    {
        using var faulty = await FaultyProxy.CreateAsync(proxy, configuration => configuration.With("Signer", Isolated));
        await using var fsp = await faulty.ServeAsync();
        await using var open = await faulty.ConnectAsync();
        await AssertAnswersAsync(open);
        await using var clients = new ToughClients(faulty.Port, proxy.Authority.TrustOnlyThis(), 4);
        await clients.WaitForSuccessAsync(Recovery);

        if (hangs)
            faulty.Faults.Hang(FaultFunction.Sign, times: 1);
        else
            faulty.Faults.Crash(FaultFunction.Sign);
        await fsp.WaitForLineAsync(line => line.Contains(reason, StringComparison.Ordinal));
        await AssertAnswersAsync(open);

        await clients.WaitForSuccessAsync(Recovery);
        await AssertAnswersAsync(open);
        Assert.Equal(0, await fsp.StopAsync());
    }

    /// <summary>
    /// A fault every two seconds, at random, for as many seconds as the variable <c>FSP_FAULT_SOAK</c> says. In process those
    /// that end it are left out, and it is soaked only when the variable is set: <see cref="FaultTests"/> has the same faults in
    /// process, one by one.
    /// </summary>
    [Theory]
    [MemberData(nameof(SoakedSigners))]
    public async Task Soak_AFaultEveryTwoSeconds_NothingCrashesLeaksOrIsStuck(string signer)
    {
        var length = TimeSpan.FromSeconds(double.Parse(
            SoakSeconds ?? "8", CultureInfo.InvariantCulture));
        using var faulty = await FaultyProxy.CreateAsync(proxy, configuration => configuration.With("Signer", signer));
        await using var fsp = await faulty.ServeAsync();
        await using var open = await faulty.ConnectAsync();
        await AssertAnswersAsync(open);
        IReadOnlyCollection<Visit> visits;
        var (files, memory) = (0, 0L);
        await using (var clients = new ToughClients(faulty.Port, proxy.Authority.TrustOnlyThis(), 4))
        {
            await clients.WaitForSuccessAsync(Recovery);
            // In the first half, or its first minutes, the runtime compiles and its heap grows to what it likes.
            await BringFaultsAsync(faulty, clients, open, length / 2, signer == Isolated);
            (files, memory) = (fsp.Descriptors(), fsp.ResidentBytes());
            await BringFaultsAsync(faulty, clients, open, length / 2, signer == Isolated);
            visits = clients.Visits;
        }

        var failures = visits.Where(visit => visit.Failure is not null).ToList();
        output.WriteLine($"{visits.Count} visits, {failures.Count} of them failed, the longest took "
            + $"{visits.Max(visit => visit.Duration.TotalSeconds):0.0} s; {memory >> 20} MiB in the middle, {fsp.ResidentBytes() >> 20} now");
        foreach (var kind in failures.CountBy(visit => visit.Failure!))
            output.WriteLine($"{kind.Value,6} {kind.Key}");
        Assert.DoesNotContain(failures, visit => visit.Failure == Visit.Stuck);
        Assert.InRange(failures.Count, 0, visits.Count / 2);
        await AssertCleanAsync(faulty, fsp, files, memory);
        Assert.Equal(0, await fsp.StopAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("Stopped; 0 TLS connections are left", StringComparison.Ordinal));
    }

    private async Task BringFaultsAsync(
        FaultyProxy faulty, ToughClients clients, Http1Client open, TimeSpan length, bool isIsolated)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        var started = Stopwatch.GetTimestamp();
        var lastEnd = started - (long)(WorkerRest.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetElapsedTime(started) < length)
        {
            var mayEnd = isIsolated && Stopwatch.GetElapsedTime(lastEnd) >= WorkerRest;
            var fault = random.GetItems([.. SoakFault.All.Where(fault => mayEnd || !fault.EndsProcess)], 1)[0];
            if (fault.EndsProcess)
                lastEnd = Stopwatch.GetTimestamp();
            fault.Begin(faulty.Faults);
            await Task.Delay(Pace / 2);
            await AssertAnswersAsync(open, fault.Row);

            faulty.Faults.Reset();
            var took = await clients.WaitForSuccessAsync(Recovery);
            output.WriteLine($"{fault.Row}: served again {took.TotalSeconds:0.00} s after its end");
            await Task.Delay(Pace / 2);
        }
    }

    private static async Task AssertAnswersAsync(Http1Client open, string during = "")
    {
        var answer = await open.GetAsync("/");
        Assert.True(answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal), $"{during}: {answer}");
    }

    private static async Task AssertCleanAsync(FaultyProxy faulty, FspProcess fsp, int files, long memory)
    {
        // Ours is one connection to clients, and one to the service; those of the clients are being closed.
        var limit = Stopwatch.GetTimestamp();
        while (await faulty.MetricAsync("fsp_connections_open") > 1 || fsp.Descriptors() > files + SpareDescriptors)
        {
            Assert.True(Stopwatch.GetElapsedTime(limit) < Recovery,
                $"{fsp.Descriptors()} descriptors, of {files} in the middle");
            await Task.Delay(100);
        }

        Assert.Equal(0, await faulty.MetricAsync("fsp_signing_sessions_in_use"));
        Assert.Equal(0, await faulty.MetricAsync("fsp_signing_queue_length"));
        Assert.Equal(0, await faulty.MetricAsync("fsp_tls_handshakes_running"));
        Assert.Equal(1, await faulty.MetricAsync("fsp_signing_available"));

        Assert.InRange(fsp.ResidentBytes(), 0, memory + (SoakSeconds is null ? CompilingBytes : LeftBytes));
    }
}
