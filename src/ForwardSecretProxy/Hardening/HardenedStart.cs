using System.Globalization;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hardening.Landlock;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Hardening.Seccomp;

namespace ForwardSecretProxy.Hardening;

/// <summary>
/// The two stages of a process that is restricted. Landlock and no_new_privs count for the calling thread and what it
/// executes, .NET has other threads before Main, and the diagnostics port is opened before it, too. So the first stage
/// restricts itself and executes the same command line anew; the second, which is restricted as a whole, does the work.
/// </summary>
internal static class HardenedStart
{
    /// <summary>
    /// Names the process that was executed by a first stage, so that no child takes itself for it; then whether its files are
    /// restricted, and why they could not be.
    /// </summary>
    private const string Variable = "FORWARD_SECRET_PROXY_STAGE";

    private const string Sandboxed = "sandboxed";
    private const string Open = "open";

    /// <summary>Whether this is the second stage.</summary>
    public static bool IsSecondStage => StageWords() is [var process, ..]
        && process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether something is missing that a process has only when it was executed by a first stage, sandbox aside.</summary>
    public static bool IsNeeded => !ProcessStatus.Read().NoNewPrivileges || DiagnosticsPort.IsOpen;

    /// <summary>
    /// The end of the first stage; returns only by an exception. What this process has opened without close-on-exec stays
    /// open. Where the kernel has no Landlock, the second stage runs without.
    /// </summary>
    /// <param name="rules">What the second stage may do with files; null to leave them alone.</param>
    /// <param name="environment">Changes of the environment for the second stage; null takes a variable out.</param>
    /// <exception cref="HardeningException">This program cannot be executed again.</exception>
    public static void Run(LandlockRules? rules, IReadOnlyDictionary<string, string?> environment)
    {
        DiagnosticsPort.RemoveFiles();
        ProcessLimits.Apply();
        var failure = rules is null ? null : Restrict(rules);
        SelfExecution.Run(new Dictionary<string, string?>(environment)
        {
            [DiagnosticsPort.Variable] = "0",
            [Variable] = string.Create(CultureInfo.InvariantCulture,
                $"{Environment.ProcessId} {(rules is null ? Open : Sandboxed)} {failure}").TrimEnd(),
        });
    }

    /// <summary>
    /// The beginning of the second stage, before anything of the network is touched: limits, and a filter of system calls
    /// where files are restricted. Of a first stage that needs no second, the limits.
    /// </summary>
    /// <returns>What is in force, read back.</returns>
    public static HardeningState Complete()
    {
        ProcessLimits.Apply();
        var isSandboxed = IsSecondStage && StageWords() is [_, Sandboxed, ..];
        string? failure = null;
        try
        {
            if (isSandboxed)
                SeccompFilter.Install();
        }
        catch (HardeningException exception)
        {
            failure = exception.Message;
        }

        return HardeningState.Observe(isSandboxed, StageWords() is [_, _, var reason] ? reason : null, failure);
    }

    private static string? Restrict(LandlockRules rules)
    {
        var support = LandlockSupport.Query();
        if (support.Version == 0)
            return null;
        try
        {
            LandlockDomain.Enter(rules, support);
            return null;
        }
        catch (HardeningException exception)
        {
            return exception.Message;
        }
    }

    private static string[]? StageWords() => Environment.GetEnvironmentVariable(Variable)?.Split(' ', 3);
}
