using System.Diagnostics;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>Whole scans of servers that are out to hang them, to exhaust them, or to be taken for better than they are.</summary>
public sealed class HostileScanTests
{
    /// <summary>Those that answer nothing of which anything could be learnt.</summary>
    private static readonly string[] Speechless =
    [
        "never-answers", "closes-at-once", "closes-after-hello", "resets-at-once", "resets-after-hello", "speaks-http", "speaks-first", "echoes",
        "garbage", "endless-zeros", "endless-alerts", "endless-empty-records", "endless-hello-requests", "endless-application-data",
        "longest-message", "half-a-record", "one-byte-a-second",
    ];

    // Impatient, so that the test is short; the deadline is far away: the scans are to end without it.
    private static readonly ScanOptions Options = new() { Timeout = TimeSpan.FromMilliseconds(500), Samples = 4 };

    public static TheoryData<string> Names => [.. HostileServers.All.Select(server => server.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ScanAsync_HostileServer_EndsAndClaimsNothing(string name)
    {
        await using var server = HostileServers.All.Single(each => each.Name == name).Start();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var memory = new Memory();

        EndpointObservation seen;
        try
        {
            seen = await ScanTarget.ScanAsync(server.Port, Options, memory).WaitAsync(HostileServer.Limit);
        }
        catch (ConnectFailedException) when (name == "resets-at-once")
        {
            // It may be faster than the connection.
            return;
        }

        Assert.InRange(memory.Most - before, long.MinValue, HostileServer.MemoryLimit);
        Assert.NotEmpty(seen.Gaps);
        Assert.DoesNotContain(seen.Gaps, gap => gap.StartsWith("The scan ended after", StringComparison.Ordinal));
        Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
        if (Speechless.Contains(name))
            Assert.All(seen.Versions, version => Assert.Equal(Answer.Unknown, version.Supported));
    }

    [Fact]
    public async Task ScanAsync_AnswersCutAtEveryByte_ClaimsNoMoreThanTheServerShows()
    {
        await using var good = await PermissiveServer.StartAsync("-cipher ECDHE+AESGCM");
        await using var server = HostileServers.Cutting(good.Port, length: 400).Start();

        var seen = await ScanTarget.ScanAsync(server.Port, Options with { FirstPause = TimeSpan.FromMilliseconds(1) }).WaitAsync(HostileServer.Limit);

        seen.AssertClaimsNoMoreThan(await ScanTarget.ScanAsync(good.Port, ScanTarget.Name));
        Assert.NotEmpty(seen.Gaps);
        Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
    }

    [Fact]
    public async Task ScanAsync_Deadline_IsHeeded()
    {
        // Each handshake takes its time, and there are hundreds.
        await using var good = await PermissiveServer.StartAsync("");
        await using var server = Limited.Slow(good.Port, TimeSpan.FromMilliseconds(100));
        var clock = Stopwatch.GetTimestamp();

        var seen = await ScanTarget.ScanAsync(server.Port, Options with { Timeout = TimeSpan.FromSeconds(1), Deadline = TimeSpan.FromSeconds(1) });

        Assert.InRange(Stopwatch.GetElapsedTime(clock), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        Assert.Contains("The scan ended after 1 s, before all was asked.", seen.Gaps);
        Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
        seen.AssertClaimsNoMoreThan(await ScanTarget.ScanAsync(good.Port, ScanTarget.Name));
    }

    /// <summary>What is in use at each step's end.</summary>
    private sealed class Memory : IProgress<ScanProgress>
    {
        private long _most;

        public long Most => Volatile.Read(ref _most);

        public void Report(ScanProgress value) => Volatile.Write(ref _most, Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true)));
    }
}
