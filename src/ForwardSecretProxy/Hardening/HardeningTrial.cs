using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.Hardening.Execution;

namespace ForwardSecretProxy.Hardening;

/// <summary>Something that a restricted process cannot do, tried.</summary>
/// <param name="What">As it was asked for, KIND=VALUE.</param>
/// <param name="Succeeded">Whether it could.</param>
/// <param name="Error">What the system said.</param>
internal sealed record HardeningTrial(string What, bool Succeeded, string? Error)
{
    private const string Executed = "FORWARD_SECRET_PROXY_EXECUTED";

    /// <summary>Tries it.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static HardeningTrial Run(string what)
    {
        var (kind, value) = what.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? (what[..at], what[(at + 1)..]) : (what, "");
        try
        {
            Do(kind, value);
            return new HardeningTrial(what, true, null);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException or Win32Exception or HardeningException)
        {
            return new HardeningTrial(what, false, exception.Message);
        }
    }

    private static void Do(string kind, string value)
    {
        switch (kind)
        {
            case "read":
                File.OpenHandle(value).Dispose();
                break;
            case "write":
                File.OpenHandle(value, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
                break;
            case "start":
                using (var process = Process.Start(new ProcessStartInfo(value) { RedirectStandardOutput = true }))
                    process?.WaitForExit();
                break;
            case "signal":
                using (var process = Process.GetProcessById(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)))
                    process.Kill();
                break;
            case "execve":
                // What is executed is this again, with the sign that it was.
                if (Environment.GetEnvironmentVariable(Executed) is null)
                    SelfExecution.Run(new Dictionary<string, string?> { [Executed] = "1" });
                break;
            default:
                throw new ArgumentException($"{kind} is not something to try.", nameof(kind));
        }
    }
}
