using System.Globalization;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// How many connections the process's file descriptors are enough for. A .NET process that has none left may end on the
/// spot, when the runtime itself needs one; so connections stop short of that.
/// </summary>
internal static class DescriptorBudget
{
    /// <summary>A client's and its backend's.</summary>
    private const int PerConnection = 2;

    /// <summary>For the token, certificates, name look-ups and the runtime itself, beside what is open already.</summary>
    private const int Reserve = 64;

    /// <summary>Looked at once, before there are connections.</summary>
    private static readonly Lazy<int> Most = new(MostNow);

    /// <summary><paramref name="configured"/>, or fewer when this process may not open as many files as that takes.</summary>
    public static int Connections(int configured) => Math.Min(configured, Most.Value);

    /// <summary>The same with what is known of the process: its limit and how many descriptors are open.</summary>
    internal static int Connections(int configured, long limit, int open) =>
        (int)Math.Clamp((limit - open - Reserve) / PerConnection, 1, configured);

    private static int MostNow()
    {
        var limit = File.ReadLines("/proc/self/limits").Select(ReadLimit).FirstOrDefault(each => each is not null);
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        return limit is null ? int.MaxValue : Connections(int.MaxValue, limit.Value, open);
    }

    /// <summary>The soft limit in a line of proc(5)'s <c>limits</c>; null when it is another's line or says "unlimited".</summary>
    internal static long? ReadLimit(string line)
    {
        const string name = "Max open files";
        if (!line.StartsWith(name, StringComparison.Ordinal)) return null;
        var soft = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
