using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Hardening;

/// <summary>What is in force for each of the proxy's processes with a configuration, on this system and as this user.</summary>
/// <param name="File">The configuration.</param>
/// <param name="Processes">The processes.</param>
internal sealed record HardeningReport(string File, IReadOnlyList<ProcessHardening> Processes)
{
    private const string InProcess = "the PKCS#11 module is loaded in this process, and may need any file and system call";
    private const string InProcessMend = "Let the module have a process of its own: \"Signer\": \"isolated\".";

    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => Processes.All(process => process.Measures.All(measure => measure.InForce));

    /// <summary>Tries it in processes made for that.</summary>
    public static async Task<HardeningReport> MakeAsync(ProxyOptions options, FileInfo file, CancellationToken cancellationToken)
    {
        var isSandboxed = ServingRules.Fit(options);
        var pins = options.Tokens.Select(token => token.Options.Pin).OfType<PinFile>().Select(pin => pin.Path).Distinct().ToList();
        var serving = await HardeningProbe.RunAsync(
            file, isSandboxed ? ProbedHardening.Sandbox : ProbedHardening.Limits, pins.Select(pin => $"read={pin}"), cancellationToken);
        var measures = serving.Measures
            .Append(HostileEnvironmentMeasure())
            .Concat(isSandboxed ? Pins(pins, serving.Tries) : Missing());
        var processes = new List<ProcessHardening> { new("serving", [.. measures]) };
        if (isSandboxed)
        {
            // Files and system calls are the module's affair, which may need any.
            var signer = await HardeningProbe.RunAsync(file, ProbedHardening.Limits, [], cancellationToken);
            processes.Add(new ProcessHardening("signer", signer.Measures));
        }
        return new HardeningReport(file.FullName, processes);
    }

    private static HardeningMeasure HostileEnvironmentMeasure()
    {
        var found = HostileEnvironment.Find();
        return HardeningMeasure.Observed("start", "it starts with a key log, a profiler, a tracer or other code in it",
            found.Count == 0, string.Join("; ", found.Select(problem => problem.Message)), found.FirstOrDefault()?.Mend);
    }

    private static IEnumerable<HardeningMeasure> Pins(IReadOnlyList<string> pins, IReadOnlyList<HardeningTrial> tries) => pins.Zip(tries,
        (pin, trial) => HardeningMeasure.Observed("pin", $"it reads the PIN in {pin}", !trial.Succeeded,
            "the file lies in a folder that serving reads, /etc and the configuration's among them",
            "Move it to a folder of its own elsewhere, or let systemd hand it over (PinCredential)."));

    private static IEnumerable<HardeningMeasure> Missing() => HardeningState.SandboxMeasures
        .Append(("pin", "it reads the tokens' PINs"))
        .Select(measure => new HardeningMeasure(measure.Item1, measure.Item2, false, InProcess, InProcessMend));
}

/// <summary>One process.</summary>
/// <param name="Process">Which.</param>
/// <param name="Measures">What is in force for it, and what not.</param>
internal sealed record ProcessHardening(string Process, IReadOnlyList<HardeningMeasure> Measures);
