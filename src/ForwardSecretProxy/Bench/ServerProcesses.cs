using System.Globalization;

namespace ForwardSecretProxy.Bench;

/// <summary>The processor time of a process and all its descendants (proc_pid_stat(5)).</summary>
internal static class ServerProcesses
{
    /// <summary>The kernel's user-visible clock: 100 ticks a second on every architecture that .NET runs on.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>What they have used so far, those that ended and were waited for too; null when there is no such process.</summary>
    public static TimeSpan? ProcessorTime(int pid)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Select(path => TryRead(path, out var process) ? process : null)
            .OfType<ProcessStat>().ToList();
        var family = all.Where(process => process.Pid == pid).ToList();
        if (family.Count == 0)
            return null;
        for (var i = 0; i < family.Count; i++)
            family.AddRange(all.Where(process => process.Parent == family[i].Pid && !family.Contains(process)).ToList());
        return TimeSpan.FromSeconds((double)family.Sum(process => process.Ticks) / TicksPerSecond);
    }

    /// <summary>Reads one line of /proc/PID/stat; a command's name may hold blanks and brackets.</summary>
    internal static bool TryParse(string line, out ProcessStat? process)
    {
        process = null;
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 0 || close < open || !TryNumber(line[..open].Trim(), out var pid))
            return false;

        // From the third field on: state, ppid, ... and fields 14 to 17: utime, stime, cutime, cstime.
        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ticks = 0L;
        if (fields.Length < 15 || !TryNumber(fields[1], out var parent))
            return false;
        foreach (var field in fields[11..15])
        {
            if (!TryNumber(field, out var number))
                return false;
            ticks += number;
        }

        process = new ProcessStat((int)pid, (int)parent, ticks);
        return true;
    }

    private static bool TryRead(string directory, out ProcessStat? process)
    {
        process = null;
        try
        {
            return TryParse(File.ReadAllText(Path.Combine(directory, "stat")), out process);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}

/// <summary>One process.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="Ticks">Its processor time, its waited-for children's included.</param>
internal sealed record ProcessStat(int Pid, int Parent, long Ticks);
