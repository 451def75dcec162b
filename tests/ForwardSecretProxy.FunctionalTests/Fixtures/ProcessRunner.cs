using System.ComponentModel;
using System.Diagnostics;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Runs a program to its end, in bounded time.</summary>
internal static class ProcessRunner
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs <paramref name="program"/> with <paramref name="input"/> on its standard input, which is then closed.
    /// </summary>
    /// <exception cref="TimeoutException">It did not end in time and was killed; the message holds its output.</exception>
    public static async Task<ProcessResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = StartInfo(program, arguments, environment);
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process.StandardInput, input);

        using var limit = new CancellationTokenSource(timeout ?? DefaultTimeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{program} {string.Join(' ', start.ArgumentList)} did not end:\n{await output}\n{await error}");
        }

        return new ProcessResult(process.ExitCode, await output, await error);
    }

    /// <summary>Whether a program of this name is on the PATH.</summary>
    public static string? Find(params string[] names) => (
        from name in names
        from directory in SearchPath().Split(':')
        let path = Path.Combine(directory, name)
        where File.Exists(path)
        select path).FirstOrDefault();

    internal static ProcessStartInfo StartInfo(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(Find(program) ?? program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }

    // An ordinary user's PATH has no nginx.
    private static string SearchPath() => Environment.GetEnvironmentVariable("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin";

    private static async Task WriteAsync(StreamWriter stdin, string? input)
    {
        try
        {
            await stdin.WriteAsync(input);
            stdin.Close();
        }
        catch (Exception exception) when (exception is IOException or Win32Exception)
        {
            // It ended without reading everything, as a refused client does.
        }
    }
}
