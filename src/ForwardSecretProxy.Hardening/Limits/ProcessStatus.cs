using System.Globalization;

namespace ForwardSecretProxy.Hardening.Limits;

/// <summary>What the kernel says of this process in /proc/self/status (proc_pid_status(5)).</summary>
/// <param name="Tracer">The process that traces this one (strace, gdb); 0 for none.</param>
/// <param name="NoNewPrivileges">Whether nothing that is executed gets more rights than this has.</param>
/// <param name="HasSeccompFilter">Whether system calls are filtered, by whomever.</param>
/// <param name="SeccompFilters">How many filters there are, those of a container or a unit among them.</param>
public readonly record struct ProcessStatus(int Tracer, bool NoNewPrivileges, bool HasSeccompFilter, int SeccompFilters)
{
    /// <summary>SECCOMP_MODE_FILTER.</summary>
    private const int FilterMode = 2;

    /// <summary>
    /// As it is now. The kernel keeps two of them for each thread: they count when all threads have them.
    /// </summary>
    public static ProcessStatus Read()
    {
        var threads = Directory.EnumerateDirectories("/proc/self/task").Select(ReadThread).OfType<ProcessStatus>().ToList();
        return new ProcessStatus(
            threads.Max(thread => thread.Tracer),
            threads.TrueForAll(thread => thread.NoNewPrivileges),
            threads.TrueForAll(thread => thread.HasSeccompFilter),
            threads.Min(thread => thread.SeccompFilters));
    }

    /// <summary>From the file's lines. What is not there, as on an old kernel, is 0.</summary>
    internal static ProcessStatus Parse(IEnumerable<string> lines)
    {
        var fields = lines
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        return new ProcessStatus(
            Number("TracerPid"), Number("NoNewPrivs") == 1, Number("Seccomp") == FilterMode, Number("Seccomp_filters"));

        int Number(string name) => int.TryParse(
            fields.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    private static ProcessStatus? ReadThread(string directory)
    {
        try
        {
            return Parse(File.ReadLines(Path.Combine(directory, "status")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The thread has ended.
            return null;
        }
    }
}
