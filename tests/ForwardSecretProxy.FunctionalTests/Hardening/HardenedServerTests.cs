using System.Globalization;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Hardening;

/// <summary>The serving process itself, and what <c>fsp check --hardening</c> says of it.</summary>
[Collection(OwnProxy.Name)]
public sealed class HardenedServerTests(ProxyFixture proxy)
{
    // SCHED_BATCH.
    private const string Batch = "3";

    [Fact]
    public async Task Serve_EveryThread_IsRestrictedAndNoDiagnosticsSocketIsThere()
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        // Started without any of it.
        await using var fsp = FspProcess.Start(["serve", "--config", configuration.WriteTo(files)], proxy.Token.Environment);
        await fsp.WaitUntilListeningAsync(configuration.Port);

        Assert.All(ThreadStatuses(fsp.Id), status => Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal));
        Assert.Empty(ProcessLimitTests.DiagnosticsFiles(fsp.Id));
        Assert.Contains(fsp.Lines, line => line.Contains("[1010] Hardening in force: memory, core-file,", StringComparison.Ordinal));
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("[1011]", StringComparison.Ordinal));
        Assert.Equal(0, await fsp.StopAsync());
    }

    [LandlockFact]
    public async Task Serve_WithItsSignerApart_AnswersInASandboxAndReloadsWithinIt()
    {
        using var files = new TemporaryDirectory();
        using var elsewhere = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(files), configuration.Port, proxy.Token.Environment);

        Assert.Contains(fsp.Lines, line => line.Contains("no-new-privileges, diagnostics-port, files, signals, system-calls", StringComparison.Ordinal));
        Assert.All(ThreadStatuses(fsp.Id), status => Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal));
        Assert.Contains("/hello", (await Curl.GetAsync(configuration.Port, "/hello", "--cacert", proxy.RootPath)).Output, StringComparison.Ordinal);

        // A file that came later, in a folder that was named at the start.
        File.Copy(proxy.Directory.File("other.pem"), files.File("later.pem"));
        configuration.With("Certificates:other:Chain", files.File("later.pem")).WriteTo(files);
        Assert.True(await fsp.ReloadAsync());

        File.Copy(proxy.Directory.File("other.pem"), elsewhere.File("away.pem"));
        configuration.With("Certificates:other:Chain", elsewhere.File("away.pem")).WriteTo(files);
        Assert.False(await fsp.ReloadAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("[1103]", StringComparison.Ordinal)
            && line.Contains(elsewhere.File("away.pem"), StringComparison.Ordinal) && line.Contains("Restart it", StringComparison.Ordinal));
        Assert.Contains("/hello", (await Curl.GetAsync(configuration.Port, "/hello", "--cacert", proxy.RootPath)).Output, StringComparison.Ordinal);
        Assert.Equal(0, await fsp.StopAsync());
    }

    [Theory]
    [InlineData("in-process")]
    [InlineData("isolated")]
    public async Task Serve_EveryThread_InterruptsNoOther(string signer)
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", signer);
        await using var fsp = await FspProcess.ServeAsync(configuration.WriteTo(files), configuration.Port, proxy.Token.Environment);

        Assert.All(SchedulingPolicies(fsp.Id), policy => Assert.Equal(Batch, policy));
        Assert.Equal(0, await fsp.StopAsync());
    }

    [Fact]
    public async Task Check_HardeningInProcess_TellsWhatIsOffAndTheMend()
    {
        var (code, processes) = await CheckAsync(proxy.ConfigurationPath);

        Assert.Equal(1, code);
        var serving = Assert.Single(processes);
        var measures = ProbeProcess.Measures(serving);
        Assert.Equal(
            ["core-file", "diagnostics-port", "memory", "no-new-privileges", "start"],
            measures.Where(measure => measure.Value).Select(measure => measure.Key).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["files", "pin", "signals", "system-calls"],
            measures.Where(measure => !measure.Value).Select(measure => measure.Key).Order(StringComparer.Ordinal));
        Assert.All(serving.GetProperty("measures").EnumerateArray().Where(measure => !measure.GetProperty("inForce").GetBoolean()),
            measure => Assert.Contains("isolated", measure.GetProperty("mend").GetString(), StringComparison.Ordinal));
    }

    [LandlockFact]
    public async Task Check_HardeningIsolated_FindsAPinThatServingCanReach()
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");

        var (code, processes) = await CheckAsync(configuration.WriteTo(files));
        Assert.Equal(0, code);
        Assert.Equal(["serving", "signer"], processes.Select(process => process.GetProperty("process").GetString()));
        Assert.All(processes, process => Assert.All(ProbeProcess.Measures(process), measure => Assert.True(measure.Value, measure.Key)));

        // Beside the configuration, which serving reads.
        var pin = files.Write("pin", "0000");
        (code, processes) = await CheckAsync(configuration.With("Tokens:main:PinFile", pin).WriteTo(files));
        Assert.Equal(1, code);
        Assert.Equal(["pin"], ProbeProcess.Measures(processes[0]).Where(measure => !measure.Value).Select(measure => measure.Key));
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

    private static async Task<(int Code, List<JsonElement> Processes)> CheckAsync(string configuration)
    {
        var result = await FspProcess.RunAsync(["check", "--hardening", "--json", "--config", configuration]);
        Assert.True(result.Output.Length > 0, result.Text);
        return (result.ExitCode, [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("processes").EnumerateArray()]);
    }

    private static List<string> ThreadStatuses(int process) => OfThreads(process, "status");

    // The 41st field of proc(5)'s stat; the second is a name that may contain anything.
    private static IEnumerable<string> SchedulingPolicies(int process) =>
        OfThreads(process, "stat").Select(stat => stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[41 - 3]);

    private static List<string> OfThreads(int process, string file)
    {
        var contents = new List<string>();
        foreach (var thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            try
            {
                contents.Add(File.ReadAllText(Path.Combine(thread, file)));
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        Assert.True(contents.Count > 1, "The runtime has threads of its own.");
        return contents;
    }
}
