using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary>One line on stderr that is rewritten in place while something runs; nothing when stderr is not a terminal.</summary>
internal sealed class ProgressLine : IAsyncDisposable
{
    private const string Rewrite = "\r\u001b[K";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _ended = new();
    private readonly TextWriter _error;
    private readonly Task _writing;

    /// <summary>Begins to show what <paramref name="describe"/> says, twice a second.</summary>
    public ProgressLine(ParseResult parsed, Func<string> describe)
    {
        _error = parsed.InvocationConfiguration.Error;
        var isTerminal = ReferenceEquals(_error, Console.Error) && !Console.IsErrorRedirected;
        _writing = isTerminal ? WriteAsync(describe) : Task.CompletedTask;
    }

    /// <summary>Takes the line away.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _writing;
        _ended.Dispose();
    }

    private async Task WriteAsync(Func<string> describe)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                await _error.WriteAsync(Rewrite + describe());
        }
        catch (OperationCanceledException)
        {
            await _error.WriteAsync(Rewrite);
        }
    }
}
