using System.CommandLine;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// <c>fsp hardening-probe</c>, not for people: restricts itself as the proxy's processes do, tries what it is told to, and
/// says what came of it. <c>fsp check --hardening</c> runs it.
/// </summary>
internal static class HardeningProbeCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "hardening-probe";

    private static readonly Option<FileInfo> Config = SharedOptions.Config();

    private static readonly Option<ProbedHardening> Apply = new("--apply")
    {
        Description = "What is put on.",
        Required = true,
    };

    private static readonly Option<string[]> Try = new("--try")
    {
        Description = "What is tried: read=PATH, write=PATH, start=PROGRAM, signal=PROCESS or execve=.",
    };

    private static readonly Option<bool> Hold = new("--hold")
    {
        Description = "Stay until standard input ends.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Restrict this process and say what is in force.") { Config, Apply, Try, Hold };
        command.Hidden = true;
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var apply = parsed.GetValue(Apply);
        if (apply != ProbedHardening.None && !HardenedStart.IsSecondStage)
            HardenedStart.Run(apply == ProbedHardening.Sandbox ? Rules(parsed.GetRequiredValue(Config)) : null, new Dictionary<string, string?>());

        var state = apply == ProbedHardening.None ? HardeningState.Observe(true, null, null) : HardenedStart.Complete();
        var tries = (parsed.GetValue(Try) ?? []).Select(HardeningTrial.Run).ToList();
        JsonOutput.Write(parsed.InvocationConfiguration.Output, new ProbeResult(state.Measures, tries));
        if (parsed.GetValue(Hold))
            Console.In.ReadToEnd();
        return ExitCode.AllWell;
    }

    private static Hardening.Landlock.LandlockRules Rules(FileInfo file) => ConfigurationLoader.Load(file).Options is { } options
        ? ServingRules.For(options, file)
        : throw new CommandFailedException($"{file} cannot be read", ExitCode.Usage);
}

/// <summary>How a probe is restricted.</summary>
internal enum ProbedHardening
{
    /// <summary>Not at all, to see what could be done then.</summary>
    None,

    /// <summary>As a process that loads a PKCS#11 module.</summary>
    Limits,

    /// <summary>As one that serves and loads none.</summary>
    Sandbox,
}

/// <summary>What a probe says.</summary>
/// <param name="Measures">What is in force for it.</param>
/// <param name="Tries">What it tried.</param>
internal sealed record ProbeResult(IReadOnlyList<HardeningMeasure> Measures, IReadOnlyList<HardeningTrial> Tries);
