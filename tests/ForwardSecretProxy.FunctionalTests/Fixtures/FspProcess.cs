using System.Globalization;
using System.Text.RegularExpressions;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The built <c>fsp</c>, run as its users run it. What it writes goes to <see cref="RunLog"/> too.</summary>
internal sealed partial class FspProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private FspProcess(ServerProcess process) => _process = process;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it has written so far.</summary>
    public IReadOnlyList<string> Lines => _process.Lines;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="environment">What is added to its environment.</param>
    /// <param name="runBy">A program, with arguments, that executes the one whose command line comes after its own.</param>
    public static async Task<ProcessResult> RunAsync(
        IEnumerable<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        IReadOnlyList<string>? runBy = null)
    {
        string[] line = [.. runBy ?? [], "dotnet", Assembly, .. arguments];
        var result = await ProcessRunner.RunAsync(line[0], line[1..], input, TimeSpan.FromSeconds(60), environment);
        RunLog.Add(result.Text.Split('\n'));
        return result;
    }

    /// <summary>Runs a command that serves, without waiting for anything.</summary>
    public static FspProcess Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        IReadOnlyList<string>? runBy = null)
    {
        string[] line = [.. runBy ?? [], "dotnet", Assembly, .. arguments];
        return new FspProcess(ServerProcess.Start(line[0], line[1..], environment));
    }

    /// <summary>
    /// Runs <c>serve</c> and waits until it says that it listens on <paramref name="port"/>. It has from the start what it
    /// would execute itself a second time for, but for its sandbox: as a service of systemd's has, and twice as fast.
    /// </summary>
    public static async Task<FspProcess> ServeAsync(
        string configuration, int port, IReadOnlyDictionary<string, string?> environment)
    {
        var fsp = Start(
            ["serve", "--config", configuration],
            new Dictionary<string, string?>(environment) { ["DOTNET_EnableDiagnostics"] = "0" },
            ["setpriv", "--no-new-privs"]);
        await fsp.WaitUntilListeningAsync(port);
        return fsp;
    }

    /// <summary>Waits until it says that it listens on <paramref name="port"/>.</summary>
    public Task WaitUntilListeningAsync(int port)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port}");
        return WaitForLineAsync(line => ListeningLine().IsMatch(line) && line.Contains(suffix, StringComparison.Ordinal));
    }

    /// <inheritdoc cref="ServerProcess.WaitForLineAsync"/>
    public Task<string> WaitForLineAsync(Func<string, bool> matches) => _process.WaitForLineAsync(matches);

    /// <inheritdoc cref="ServerProcess.SignalAsync"/>
    public Task SignalAsync(string name) => _process.SignalAsync(name);

    /// <summary>Sends SIGHUP, and waits for what comes of it: true when the new state is served.</summary>
    public Task<bool> ReloadAsync() => NextReloadAsync(() => SignalAsync("HUP"));

    /// <summary>Waits for what comes of the reload that <paramref name="cause"/> has for its effect.</summary>
    public async Task<bool> NextReloadAsync(Func<Task> cause) => IsServed(await NextLineAsync(IsOutcome, cause));

    /// <summary>Waits for a line that matches and came after <paramref name="cause"/> was begun, whatever stood there before.</summary>
    public async Task<string> NextLineAsync(Func<string, bool> matches, Func<Task> cause)
    {
        var before = Lines.Count(matches);
        await cause();
        await WaitForLineAsync(_ => Lines.Count(matches) > before);
        return Lines.Where(matches).ElementAt(before);
    }

    /// <inheritdoc cref="ServerProcess.StopAsync"/>
    public Task<int> StopAsync(string signal = "TERM") => _process.StopAsync(signal);

    /// <inheritdoc cref="ServerProcess.WaitForExitAsync"/>
    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync();

    /// <summary>Its resident memory, in bytes (proc(5), VmRSS).</summary>
    public long ResidentBytes() => StatusBytes("VmRSS:");

    /// <summary>The most resident memory it has ever had, in bytes (proc(5), VmHWM).</summary>
    public long PeakResidentBytes() => StatusBytes("VmHWM:");

    /// <summary>How many file descriptors it has.</summary>
    public int Descriptors() =>
        Directory.GetFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/fd")).Length;

    private long StatusBytes(string name)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status"))
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }

    /// <summary>What came of each reload so far, in order.</summary>
    public IReadOnlyList<bool> Outcomes() => [.. Lines.Where(IsOutcome).Select(IsServed)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        RunLog.Add(_process.Lines);
    }

    // Built into the tests' own directory, as what this project references.
    internal static string Assembly => Path.Combine(AppContext.BaseDirectory, "fsp.dll");

    private static bool IsOutcome(string line) => IsServed(line) || line.Contains("[1006]", StringComparison.Ordinal);

    private static bool IsServed(string line) => line.Contains("[1005]", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(answers at|listening on)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ListeningLine();
}
