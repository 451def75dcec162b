using System.Text;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Mail;

/// <summary>One end of a relay in memory: gives out what it was given, in pieces, and keeps what is written.</summary>
internal sealed class MemoryEnd : IRelayEnd
{
    private readonly Lock _lock = new();
    private readonly Queue<byte> _arrived = new();
    private readonly StringBuilder _written = new();
    private readonly Func<int> _piece;
    private readonly Action<MemoryEnd, string>? _onWritten;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasEnded;

    /// <param name="piece">How many bytes the next read gives at most.</param>
    /// <param name="onWritten">Called with each line that was written; null for nobody.</param>
    public MemoryEnd(Func<int> piece, Action<MemoryEnd, string>? onWritten = null) => (_piece, _onWritten) = (piece, onWritten);

    /// <summary>Whether the other side has ended its stream here.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>All that was written.</summary>
    public string Written
    {
        get
        {
            lock (_lock) return _written.ToString();
        }
    }

    /// <summary>Lets bytes arrive.</summary>
    public void Arrive(string text)
    {
        lock (_lock)
        {
            foreach (var letter in text) _arrived.Enqueue((byte)letter);
            _news.TrySetResult();
        }
    }

    /// <summary>Ends what arrives.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _news.TrySetResult();
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_arrived.Count > 0 || _hasEnded) return Take(buffer.Span);
                if (_news.Task.IsCompleted) _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                news = _news.Task;
            }

            await news.WaitAsync(cancellationToken);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var text = Encoding.Latin1.GetString(buffer.Span);
        lock (_lock) _written.Append(text);
        _onWritten?.Invoke(this, text);
        return ValueTask.CompletedTask;
    }

    public ValueTask EndAsync()
    {
        IsEnded = true;
        _onWritten?.Invoke(this, "");
        return ValueTask.CompletedTask;
    }

    public void Abort() => End();

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, _arrived.Count), Math.Max(1, _piece()));
        for (var i = 0; i < count; i++) buffer[i] = _arrived.Dequeue();
        return count;
    }
}
