using System.Globalization;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Hardening;

/// <summary>The serving process itself, and what <c>fsp check --hardening</c> says of it.</summary>
[Collection(OwnProxy.Name)]
public sealed class HardenedServerTests(ProxyFixture proxy)
{
    [Fact]
    public async Task Serve_EveryThread_IsRestrictedAndNoDiagnosticsSocketIsThere()
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(files), configuration.Port, proxy.Token.Environment);

        foreach (var status in Directory.GetFiles(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{fsp.Id}/task"), "status", SearchOption.AllDirectories))
            Assert.Contains("NoNewPrivs:\t1", File.ReadAllText(status), StringComparison.Ordinal);
        Assert.Empty(ProcessLimitTests.DiagnosticsFiles(fsp.Id));
        Assert.Contains(fsp.Lines, line => line.Contains("[1010] Hardening in force: memory, core-file,", StringComparison.Ordinal));
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("[1011]", StringComparison.Ordinal));
        Assert.Equal(0, await fsp.StopAsync());
    }

    [Fact]
    public async Task Check_Hardening_TellsEachMeasureAndTheMendOfThoseThatAreOff()
    {
        var result = await FspProcess.RunAsync(["check", "--hardening", "--json", "--config", proxy.ConfigurationPath]);

        using var report = JsonDocument.Parse(result.Output);
        var serving = report.RootElement.GetProperty("processes").EnumerateArray()
            .First(process => process.GetProperty("process").GetString() == "serving");
        var measures = ProbeProcess.Measures(serving);
        Assert.All((string[])["memory", "core-file", "no-new-privileges", "diagnostics-port", "start"],
            measure => Assert.True(measures[measure], measure));
        var off = serving.GetProperty("measures").EnumerateArray().Where(measure => !measure.GetProperty("inForce").GetBoolean()).ToList();
        Assert.All(off, measure => Assert.NotEmpty(measure.GetProperty("mend").GetString()!));
        Assert.Equal(off.Count == 0 ? 0 : 1, result.ExitCode);
    }

    [Theory]
    [InlineData("DOTNET_DbgEnableMiniDump", "1")]
    [InlineData("CORECLR_PROFILER_PATH", "/nowhere")]
    public async Task Serve_AskedToShowItsMemory_DoesNotStart(string variable, string value)
    {
        var environment = new Dictionary<string, string?>(proxy.Token.Environment) { [variable] = value };

        var result = await FspProcess.RunAsync(["serve", "--config", proxy.ConfigurationPath], environment: environment);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(variable, result.Text, StringComparison.Ordinal);
    }
}
