using System.Diagnostics;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A program that runs until it is stopped; its lines can be waited for.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Found)> _waiters = [];

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, received) => Add(received.Data);
        process.ErrorDataReceived += (_, received) => Add(received.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process id, for a look at its memory.</summary>
    public int Id => _process.Id;

    /// <summary>Everything it has written so far, both streams.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Starts the program; its standard input stays open and empty.</summary>
    public static ServerProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        new(Process.Start(ProcessRunner.StartInfo(program, arguments, environment))
            ?? throw new InvalidOperationException($"{program} could not be started."));

    /// <summary>The first line that matches, written already or still to come.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was silent for 30 s; the message holds its lines.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> matches)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.Find(line => matches(line)) is { } line)
                return line;
            _waiters.Add((matches, found));
        }

        var ended = _process.WaitForExitAsync();
        try
        {
            await Task.WhenAny(found.Task, ended).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException("The line did not come:\n" + string.Join('\n', Lines));
        }

        if (!found.Task.IsCompleted)
        {
            throw new InvalidOperationException(
                $"It ended with exit code {_process.ExitCode}:\n{string.Join('\n', Lines)}");
        }

        return await found.Task;
    }

    /// <summary>Sends a signal by its short name, such as TERM.</summary>
    public async Task SignalAsync(string name) =>
        await ProcessRunner.RunAsync("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);

    /// <summary>Writes a line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Asks it to stop with SIGTERM, or the signal named, and returns its exit code.</summary>
    public async Task<int> StopAsync(string signal = "TERM")
    {
        if (!_process.HasExited)
            await SignalAsync(signal);
        return await WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself, 30 s at most, and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        List<TaskCompletionSource<string>> found;
        lock (_lines)
        {
            _lines.Add(line);
            found = [.. _waiters.Where(waiter => waiter.Matches(line)).Select(waiter => waiter.Found)];
        }

        found.ForEach(waiter => waiter.TrySetResult(line));
    }
}
