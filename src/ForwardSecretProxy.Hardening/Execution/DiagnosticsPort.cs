using System.Globalization;

namespace ForwardSecretProxy.Hardening.Execution;

/// <summary>
/// The socket and pipes by which other processes of the same user can debug, profile and dump a .NET program. The runtime
/// opens them before Main, and no setting but an environment variable keeps it from that.
/// </summary>
public static class DiagnosticsPort
{
    /// <summary>The variable; "0" switches debugger, profiler and port off.</summary>
    public const string Variable = "DOTNET_EnableDiagnostics";

    /// <summary>Whether this process has the socket open, as the kernel tells.</summary>
    public static bool IsOpen
    {
        get
        {
            var own = Directory.EnumerateFileSystemEntries("/proc/self/fd")
                .Select(file => new FileInfo(file).LinkTarget)
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            // The last columns are the inode's number and the path.
            return File.ReadLines("/proc/self/net/unix")
                .Where(line => line.Contains("/dotnet-diagnostic-", StringComparison.Ordinal))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(fields => own.Contains($"socket:[{fields[^2]}]"));
        }
    }

    /// <summary>Removes the files that an execve(2) would leave behind: the runtime removes them only when it ends.</summary>
    public static void RemoveFiles()
    {
        if (!Directory.Exists(Path.GetTempPath()))
            return;
        foreach (var kind in (string[])["dotnet-diagnostic", "clr-debug-pipe"])
        {
            var own = string.Create(CultureInfo.InvariantCulture, $"{kind}-{Environment.ProcessId}-*");
            foreach (var file in Directory.EnumerateFileSystemEntries(Path.GetTempPath(), own))
                File.Delete(file);
        }
    }
}
