using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Everything a process has in memory, as root reads it (proc(5), maps and mem).</summary>
internal static class ProcessMemory
{
    private const int Step = 1 << 20;

    /// <summary>Which of <paramref name="needles"/> stand anywhere in the memory of <paramref name="process"/>.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="needles">Each shorter than a page.</param>
    public static HashSet<string> Find(int process, IReadOnlyDictionary<string, byte[]> needles)
    {
        var found = new HashSet<string>();
        var overlap = needles.Values.Max(needle => needle.Length) - 1;
        using var memory = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/mem"));
        var buffer = new byte[Step + overlap];
        foreach (var (from, to) in Readable(process))
        {
            for (var at = from; at < to; at += Step)
            {
                var length = Read(memory, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)), at);
                foreach (var (name, needle) in needles)
                {
                    if (!found.Contains(name) && buffer.AsSpan(0, length).IndexOf(needle) >= 0) found.Add(name);
                }
            }
        }

        return found;
    }

    // What it has only reserved it cannot have written to.
    private static IEnumerable<(long From, long To)> Readable(int process) =>
        from line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/maps")).ToList()
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[1][0] == 'r' && !line.EndsWith("[vvar]", StringComparison.Ordinal) && !line.EndsWith("[vsyscall]", StringComparison.Ordinal)
        let bounds = fields[0].Split('-')
        let to = ulong.Parse(bounds[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        where to < long.MaxValue
        select ((long)ulong.Parse(bounds[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), (long)to);

    private static int Read(SafeFileHandle memory, Span<byte> buffer, long at)
    {
        try
        {
            return RandomAccess.Read(memory, buffer, at);
        }
        catch (IOException)
        {
            // It was unmapped meanwhile.
            return 0;
        }
    }
}
