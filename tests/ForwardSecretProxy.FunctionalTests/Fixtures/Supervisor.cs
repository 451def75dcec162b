using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// <c>fsp serve</c> under a service manager (supervisor.pl, for want of a systemd in containers), which opens its sockets
/// and hears its notifications.
/// </summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private int _seen;

    private Supervisor(ServerProcess process) => _process = process;

    /// <summary>What the service manager and the proxy have written so far.</summary>
    public IReadOnlyList<string> Lines => _process.Lines;

    /// <summary>Starts the proxy and waits until it says that it is ready.</summary>
    /// <param name="configuration">Its file.</param>
    /// <param name="ports">On 127.0.0.1, opened by the service manager.</param>
    /// <param name="directory">Where the notification socket is made.</param>
    /// <param name="environment">Names the token.</param>
    /// <param name="watchdog">How often the proxy shall say that it is alive; zero for never.</param>
    public static async Task<Supervisor> ServeAsync(
        string configuration,
        IEnumerable<int> ports,
        TemporaryDirectory directory,
        IReadOnlyDictionary<string, string?> environment,
        TimeSpan watchdog = default)
    {
        var supervisor = new Supervisor(ServerProcess.Start("perl",
        [
            Repository.Path("tests/ForwardSecretProxy.FunctionalTests/Fixtures/supervisor.pl"),
            directory.File("notify"),
            watchdog.TotalMicroseconds.ToString("F0", CultureInfo.InvariantCulture),
            .. ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")),
            "--", "dotnet", Path.Combine(AppContext.BaseDirectory, "fsp.dll"), "serve", "--config", configuration,
        ], environment));
        await supervisor.WaitForAsync("notify READY=1");
        return supervisor;
    }

    /// <summary>Waits for the next line that begins so, after the one that was waited for before.</summary>
    public async Task WaitForAsync(string beginning)
    {
        await _process.WaitForLineAsync(_ => Find() >= 0);
        _seen = Find() + 1;

        int Find()
        {
            var lines = Lines;
            for (var index = _seen; index < lines.Count; index++)
            {
                if (lines[index].StartsWith(beginning, StringComparison.Ordinal))
                    return index;
            }

            return -1;
        }
    }

    /// <summary>Stops the proxy, starts it again, and waits until it is ready.</summary>
    public async Task RestartAsync()
    {
        await _process.WriteLineAsync("restart");
        await WaitForAsync("exited 0");
        await WaitForAsync("notify READY=1");
    }

    /// <summary>Sends SIGHUP.</summary>
    public Task ReloadAsync() => _process.WriteLineAsync("reload");

    /// <summary>Stops the proxy and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _process.WriteLineAsync("stop");
        return await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        RunLog.Add(_process.Lines);
    }
}
