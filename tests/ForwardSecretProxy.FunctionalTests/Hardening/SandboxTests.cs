using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Hardening;

/// <summary>What a process can no longer do that is restricted as the serving one, beside the same process that is not.</summary>
public sealed class SandboxTests : IDisposable
{
    private const int BadSystemCall = 128 + 31; // SIGSYS

    private readonly TemporaryDirectory _files = new();
    private readonly TemporaryDirectory _elsewhere = new();
    private readonly string _configuration;

    public SandboxTests() => _configuration = ProbeProcess.WriteConfiguration(_files);

    [LandlockFact]
    public async Task Sandbox_FilesProgramsAndProcessesOutside_AreOutOfReach()
    {
        var secret = _elsewhere.Write("secret", "x");
        await using var other = ServerProcess.Start("sleep", ["60"]);
        string[] outside =
        [
            $"read={secret}", $"write={secret}", $"write={_elsewhere.File("new")}", $"write={_files.File("new")}",
            $"write={_configuration}", "start=/bin/true",
            // Last: without the sandbox it ends the other process.
            string.Create(CultureInfo.InvariantCulture, $"signal={other.Id}"),
        ];

        var restricted = await ProbeProcess.TryAsync(_configuration, "sandbox", outside);
        Assert.All(outside, each => Assert.False(restricted[each], each));
        Assert.Empty(Directory.GetFiles(_files.Path, "new"));

        // The control: it is the sandbox that refuses.
        var free = await ProbeProcess.TryAsync(_configuration, "none", outside);
        Assert.All(outside, each => Assert.True(free[each], each));
    }

    [LandlockFact]
    public async Task Sandbox_FilesThatServingReads_AreReadWheneverTheyCame()
    {
        string[] inside = [$"read={_configuration}", $"read={_files.Write("renewed.pem", "x")}", "read=/etc/hosts"];

        var restricted = await ProbeProcess.TryAsync(_configuration, "sandbox", inside);

        Assert.All(inside, each => Assert.True(restricted[each], each));
    }

    [LandlockFact]
    public async Task Sandbox_Execve_EndsTheProcess()
    {
        var restricted = await FspProcess.RunAsync(ProbeProcess.Arguments(_configuration, "sandbox", "execve="));
        Assert.Equal(BadSystemCall, restricted.ExitCode);

        var free = await ProbeProcess.TryAsync(_configuration, "limits", "execve=");
        Assert.True(free["execve="]);
    }

    [LandlockFact]
    public async Task Sandbox_Measures_AreAllInForceAndWithoutItNone()
    {
        var restricted = await ProbeProcess.MeasureAsync(_configuration, "sandbox");
        Assert.Equal(
            ["core-file", "diagnostics-port", "files", "memory", "no-new-privileges", "signals", "system-calls"],
            restricted.Keys.Order(StringComparer.Ordinal));
        Assert.All(restricted, measure => Assert.True(measure.Value, measure.Key));

        var free = await ProbeProcess.MeasureAsync(_configuration, "none");
        Assert.Equal(restricted.Keys.Order(StringComparer.Ordinal), free.Keys.Order(StringComparer.Ordinal));
        Assert.All((string[])["memory", "diagnostics-port", "files", "signals", "system-calls"],
            measure => Assert.False(free[measure], measure));
    }

    public void Dispose()
    {
        _files.Dispose();
        _elsewhere.Dispose();
    }
}
