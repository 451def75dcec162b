using System.Collections.Concurrent;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Everything the proxy's processes wrote during this test run, and every secret that must not be among it. The
/// last test of the run searches one for the other.
/// </summary>
internal static class RunLog
{
    private static readonly ConcurrentQueue<string> Written = new();
    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary>All lines so far.</summary>
    public static IReadOnlyCollection<string> Lines => Written;

    /// <summary>The secrets, with what each one is.</summary>
    public static IReadOnlyDictionary<string, string> Secrets => Known;

    /// <summary>Keeps what a process of ours wrote.</summary>
    public static void Add(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Written.Enqueue(line);
    }

    /// <summary>Registers a secret; <paramref name="meaning"/> may be shown, the value never is.</summary>
    public static void AddSecret(string value, string meaning) => Known[value] = meaning;
}
