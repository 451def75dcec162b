namespace ForwardSecretProxy.Mail;

/// <summary>How many commands have no reply yet, and who waits for that. One waiter, one who reports.</summary>
internal sealed class ReplyGate
{
    private readonly Lock _lock = new();
    private int _outstanding;
    private ReplyKind? _pause;
    private bool _isClosed;
    private TaskCompletionSource? _waiter;

    /// <summary>A command goes out.</summary>
    public void Expect()
    {
        lock (_lock) _outstanding++;
    }

    /// <summary>
    /// A reply has been passed on: <see cref="ReplyKind.Completed"/>, <see cref="ReplyKind.Continue"/> or
    /// <see cref="ReplyKind.Message"/>. One that nobody has asked for, such as a farewell, changes nothing.
    /// </summary>
    public void Report(ReplyKind kind)
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            if (_outstanding == 0) return;
            if (kind == ReplyKind.Completed) _outstanding--;
            else _pause = kind;
            if (_outstanding > 0 && _pause is null) return;
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.SetResult();
    }

    /// <summary>No reply will come any more.</summary>
    public void Close()
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            _isClosed = true;
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.SetResult();
    }

    /// <summary>Waits until every command has its reply, or one is to go on.</summary>
    /// <returns><see cref="ReplyKind.Completed"/>, or what the backend waits for.</returns>
    /// <exception cref="OperationCanceledException">No reply will come.</exception>
    public async ValueTask<ReplyKind> WaitAsync()
    {
        while (true)
        {
            TaskCompletionSource waiter;
            lock (_lock)
            {
                if (_pause is { } pause)
                {
                    _pause = null;
                    return pause;
                }

                if (_outstanding == 0 && !_isClosed) return ReplyKind.Completed;
                if (_isClosed) throw new OperationCanceledException("The backend has gone.");
                // It goes on where the reply was passed on: nothing in between blocks.
                waiter = _waiter = new TaskCompletionSource();
            }

            await waiter.Task;
        }
    }
}
