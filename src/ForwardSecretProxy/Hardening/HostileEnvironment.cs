using System.Collections;
using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening.Limits;

namespace ForwardSecretProxy.Hardening;

/// <summary>
/// What around this process asks for the secrets in it: key logs, debuggers, profilers, code that is loaded into it. The
/// proxy does not start with any of it, and no switch changes that.
/// </summary>
internal static class HostileEnvironment
{
    /// <summary>.NET's own key log, of connections to services (SslStream).</summary>
    private const string KeyLogSwitch = "System.Net.EnableSslKeyLogging";

    private const string UnsetVariable = "Unset it where fsp is started.";

    /// <summary>Beginnings of variables' names without the runtime's prefix, and what each asks for.</summary>
    private static readonly (string Name, string Asks)[] RuntimeVariables =
    [
        ("ENABLE_PROFILING", "a profiler is loaded, which sees and changes everything in the process"),
        ("PROFILER", "a profiler is loaded, which sees and changes everything in the process"),
        ("NOTIFICATION_PROFILERS", "a profiler is loaded, which sees and changes everything in the process"),
        ("STARTUP_HOOKS", "other code is run in the process before fsp's own"),
        ("DIAGNOSTICPORTS", "the runtime lets another process look into this one"),
        ("DBGENABLEMINIDUMP", "the runtime writes the process's memory, live sessions included, to a file when it crashes"),
        ("ENABLEEVENTPIPE", "the runtime writes down what happens in the process"),
    ];

    private static readonly string[] RuntimePrefixes = ["DOTNET_", "CORECLR_", "COMPLUS_"];

    /// <summary>All of it that is there now.</summary>
    public static List<ConfigurationProblem> Find() => Find(
        Environment.GetEnvironmentVariables(),
        AppContext.TryGetSwitch(KeyLogSwitch, out var isOn) && isOn,
        ProcessStatus.Read().Tracer,
        Debugger.IsAttached);

    /// <summary>All of it in what is given.</summary>
    internal static List<ConfigurationProblem> Find(IDictionary variables, bool logsKeys, int tracer, bool isDebugged)
    {
        var problems = variables.Keys.Cast<string>().Order(StringComparer.Ordinal)
            .Select(name => Judge(name, (string?)variables[name] ?? ""))
            .OfType<ConfigurationProblem>()
            .ToList();
        if (logsKeys)
        {
            problems.Add(new ConfigurationProblem("",
                $"the runtime's switch {KeyLogSwitch} is on, which lets it write down the keys of sessions with services",
                "Take it out of fsp.runtimeconfig.json."));
        }
        if (tracer != 0)
        {
            problems.Add(Passing(string.Create(CultureInfo.InvariantCulture,
                $"process {tracer} traces this one, and can read every session in it"),
                "Start fsp without strace, gdb or another debugger."));
        }
        if (isDebugged)
            problems.Add(Passing("a debugger is attached, and can read every session in this process", "Start fsp without it."));
        return problems;
    }

    private static ConfigurationProblem? Judge(string name, string value)
    {
        if (value.Length == 0)
            return null;
        // Some builds of libssl write every session's keys to the file that this variable names.
        if (name == "SSLKEYLOGFILE")
        {
            return new ConfigurationProblem("", $"the environment variable {name} is set, which asks TLS libraries to write "
                + "down the keys of every session; whoever had that file could read the recorded traffic",
                UnsetVariable + " To look into traffic while debugging, log keys at the client.");
        }

        return value != "0" && WhatItAsks(name.ToUpperInvariant()) is { } asks
            ? new ConfigurationProblem("", $"the environment variable {name} is set, with which {asks}", UnsetVariable)
            : null;
    }

    private static string? WhatItAsks(string name) => RuntimePrefixes
        .Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        .SelectMany(prefix => RuntimeVariables.Where(each => name[prefix.Length..].StartsWith(each.Name, StringComparison.Ordinal)))
        .Select(each => each.Asks)
        .FirstOrDefault();

    private static ConfigurationProblem Passing(string message, string mend) => new("", message, mend) { MayPass = true };
}
