using System.Diagnostics;
using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The processes that a proxy with an isolated signer has started: the keeper, and below it a worker for each token.</summary>
internal static class SignerProcesses
{
    /// <summary>The keeper; the test fails when there is none.</summary>
    public static int Keeper(FspProcess fsp) => Assert.Single(Children(fsp.Id));

    /// <summary>The worker of a proxy with one token; the test fails when there is none.</summary>
    public static int Worker(FspProcess fsp) => Assert.Single(Workers(fsp));

    /// <summary>All workers, of none too.</summary>
    public static IReadOnlyList<int> Workers(FspProcess fsp) => [.. Children(fsp.Id).SelectMany(Children)];

    /// <summary>What a process has started and not yet waited for (proc(5), task/…/children).</summary>
    public static IReadOnlyList<int> Children(int process)
    {
        try
        {
            return [.. Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"))
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>
    /// The worker that a token has now, by the proxy's own word: the last line that says that one was started.
    /// </summary>
    public static async Task<int> WorkerOfAsync(FspProcess fsp, string token)
    {
        var beginning = $"The signer of token {token} is process ";
        await fsp.WaitForLineAsync(line => line.Contains(beginning, StringComparison.Ordinal));
        var line = fsp.Lines.Last(line => line.Contains(beginning, StringComparison.Ordinal));
        var number = line[(line.IndexOf(beginning, StringComparison.Ordinal) + beginning.Length)..].TrimEnd('.');
        return int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Kills one of them.</summary>
    public static void Kill(int process)
    {
        AssertIsOne(process);
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    /// <summary>Sends a signal by its short name, such as STOP.</summary>
    public static async Task SignalAsync(int process, string name)
    {
        AssertIsOne(process);
        await ProcessRunner.RunAsync("/bin/sh", ["-c", $"kill -{name} {process}"]);
    }

    // Not 0, which kill(2) takes for the group of the tests themselves, nor the first process of all.
    private static void AssertIsOne(int process) => Assert.InRange(process, 2, int.MaxValue);
}
