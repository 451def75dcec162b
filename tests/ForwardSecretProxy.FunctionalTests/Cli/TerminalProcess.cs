using System.Diagnostics;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Cli;

/// <summary>
/// Runs a program at a pseudo-terminal, by util-linux's <c>script</c>, and answers one question of its.
/// </summary>
internal static class TerminalProcess
{
    /// <summary>All that appeared on the terminal is in the result's output.</summary>
    public static async Task<ProcessResult> RunAsync(
        IEnumerable<string> command, string question, string answer, IReadOnlyDictionary<string, string?> environment)
    {
        var line = string.Join(' ', command.Select(word => $"'{word}'"));
        using var process = Process.Start(
            ProcessRunner.StartInfo("script", ["-q", "-e", "-c", line, "/dev/null"], environment))!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var screen = new StringBuilder();
            await ReadAsync(process.StandardOutput, screen, text => text.Contains(question), limit.Token);
            await process.StandardInput.WriteAsync((answer + "\r").AsMemory(), limit.Token);
            await process.StandardInput.FlushAsync(limit.Token);
            await ReadAsync(process.StandardOutput, screen, _ => false, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProcessResult(process.ExitCode, screen.ToString(), "");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task ReadAsync(
        StreamReader output, StringBuilder screen, Func<string, bool> enough, CancellationToken cancellationToken)
    {
        var buffer = new char[256];
        int read;
        while (!enough(screen.ToString()) && (read = await output.ReadAsync(buffer, cancellationToken)) > 0)
            screen.Append(buffer, 0, read);
    }
}
