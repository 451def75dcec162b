using System.Globalization;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hardening.Landlock;
using ForwardSecretProxy.Hardening.Limits;

namespace ForwardSecretProxy.Hardening;

/// <summary>
/// The two stages of a process that is restricted. Landlock and no_new_privs count for the calling thread and what it
/// executes, .NET has other threads before Main, and the diagnostics port is opened before it, too. So the first stage
/// restricts itself and executes the same command line anew; the second, which is restricted as a whole, does the work.
/// </summary>
internal static class HardenedStart
{
    /// <summary>
    /// Names the process that was executed by a first stage, so that no child takes itself for it; behind the number stands
    /// why Landlock could not be put on.
    /// </summary>
    private const string Variable = "FORWARD_SECRET_PROXY_STAGE";

    /// <summary>Whether this is the second stage.</summary>
    public static bool IsSecondStage => StageWords() is [var process, ..]
        && process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether something that only a second stage has is missing.</summary>
    public static bool IsNeeded => DiagnosticsPort.IsOpen;

    /// <summary>Why Landlock was offered and could not be put on; null when it was, or was not tried.</summary>
    public static string? LandlockFailure => StageWords() is [_, var reason] ? reason : null;

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
            [Variable] = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {failure}").TrimEnd(),
        });
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

    private static string[]? StageWords() => Environment.GetEnvironmentVariable(Variable)?.Split(' ', 2);
}
