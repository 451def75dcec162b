using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>Scans of servers that have enough of them: a connection that is not let in is no answer.</summary>
public sealed class LimitedServerTests
{
    /// <summary>Fewer than a scan needs.</summary>
    private const int Most = 100;

    /// <summary>A server that is scanned soon: without the large finite fields.</summary>
    private const string Settings = "-cipher ECDHE+AESGCM -groups X25519:P-256";

    private static readonly ScanOptions Options = new() { Samples = 4, FirstPause = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task ScanAsync_SoManyASecond_IsScannedRight()
    {
        await using var real = await PermissiveServer.StartAsync(Settings);
        await using var server = Limited.PerSecond(real.Port, 40);
        // The pauses are as long as the limit needs.
        var options = Options with { FirstPause = new ScanOptions().FirstPause };

        var seen = await ScanTarget.ScanAsync(server.Port, options);
        var expected = await ScanTarget.ScanAsync(real.Port, ScanTarget.Name);

        seen.AssertClaimsNoMoreThan(expected);
        expected.AssertClaimsNoMoreThan(seen);
        Assert.Empty(seen.Gaps);
        Assert.True(seen.Connections > 40, "the limit was not met");
    }

    [Fact]
    public async Task ScanAsync_SoManyInAllThenResets_LeavesTheRestOpen()
    {
        await using var real = await PermissiveServer.StartAsync(Settings);
        await using var server = Limited.InAll(real.Port, Most);

        AssertIsOpen(await ScanTarget.ScanAsync(server.Port, Options), await ScanTarget.ScanAsync(real.Port, ScanTarget.Name));
    }

    [Fact]
    public async Task ScanAsync_SoManyInAllThenRefusals_LeavesTheRestOpen()
    {
        await using var real = await PermissiveServer.StartAsync(Settings);
        var server = Limited.InAll(real.Port, int.MaxValue);

        var scan = ScanTarget.ScanAsync(server.Port, Options);
        await server.WaitForArrivalsAsync(Most);
        await server.DisposeAsync();

        AssertIsOpen(await scan, await ScanTarget.ScanAsync(real.Port, ScanTarget.Name));
    }

    private static void AssertIsOpen(EndpointObservation seen, EndpointObservation real)
    {
        seen.AssertClaimsNoMoreThan(real);
        Assert.NotEmpty(seen.Gaps);
        Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
    }
}
