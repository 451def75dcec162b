using System.Globalization;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hardening.Landlock;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Hardening.Seccomp;

namespace ForwardSecretProxy.Hardening;

/// <summary>What is in force for this process: read back from the kernel, or tried, never taken from what was asked for.</summary>
/// <param name="IsSandboxed">Whether files and system calls were to be restricted.</param>
/// <param name="Measures">Each measure.</param>
internal sealed record HardeningState(bool IsSandboxed, IReadOnlyList<HardeningMeasure> Measures)
{
    private const string UnexpectedMend = "It should be: please report it, with the kernel's version.";

    private const string FilesStops = "it reads, writes or executes anything but what serving takes";
    private const string SignalsStops = "it sends signals to other processes";
    private const string SystemCallsStops =
        "it executes a program, starts a process, traces, mounts, loads into the kernel, or uses what serving does not";

    /// <summary>What the sandbox consists of: names, and what each stops.</summary>
    public static readonly IReadOnlyList<(string Name, string Stops)> SandboxMeasures =
        [("files", FilesStops), ("signals", SignalsStops), ("system-calls", SystemCallsStops)];

    /// <summary>Looks.</summary>
    /// <param name="isSandboxed">Whether files and system calls were to be restricted.</param>
    /// <param name="landlockFailure">Why Landlock, which the kernel has, could not be put on.</param>
    /// <param name="seccompFailure">Why the filter could not be put on.</param>
    public static HardeningState Observe(bool isSandboxed, string? landlockFailure, string? seccompFailure) =>
        new(isSandboxed, [.. Limits(), .. isSandboxed ? Sandbox(landlockFailure, seccompFailure) : []]);

    private static IEnumerable<HardeningMeasure> Limits()
    {
        yield return HardeningMeasure.Observed("memory",
            "another process of the same user reads this one's memory, or traces it",
            !ProcessLimits.IsDumpable, "the kernel says that it can be", UnexpectedMend);
        yield return HardeningMeasure.Observed("core-file", "the memory is written to a file in a crash",
            !ProcessLimits.CanDumpCore, "the limit of its size is not 0", UnexpectedMend);
        yield return HardeningMeasure.Observed("no-new-privileges", "a setuid program gives it more rights",
            ProcessStatus.Read().NoNewPrivileges, "a thread does not have no_new_privs", UnexpectedMend);
        yield return HardeningMeasure.Observed("diagnostics-port", "a .NET tool debugs, profiles or dumps it",
            !DiagnosticsPort.IsOpen, "the runtime has the port open", UnexpectedMend);
    }

    private static IEnumerable<HardeningMeasure> Sandbox(string? landlockFailure, string? seccompFailure)
    {
        var support = LandlockSupport.Query();
        // A refusal can have another cause, such as a mode: it counts where ours was put on.
        var isRestricted = support.Version > 0 && landlockFailure is null && LandlockTrial.IsRefused();
        yield return HardeningMeasure.Observed("files", FilesStops, isRestricted, landlockFailure ?? support.Reason ?? "Landlock does not restrict it", support.Mend ?? UnexpectedMend);
        yield return HardeningMeasure.Observed("signals", SignalsStops,
            isRestricted && support.HasSignalScope,
            isRestricted
                ? string.Create(CultureInfo.InvariantCulture, $"Landlock's version here is {support.Version}, and 6 has it")
                : "it is a part of what files wants",
            isRestricted ? "Run Linux 6.12 or newer." : support.Mend);
        yield return HardeningMeasure.Observed("system-calls", SystemCallsStops,
            seccompFailure is null && SeccompTrial.IsRefused(), seccompFailure ?? "a call that the filter refuses was not refused",
            "Run a kernel with CONFIG_SECCOMP_FILTER, and allow seccomp in the container's profile or the unit's SystemCallFilter=.");
    }
}
