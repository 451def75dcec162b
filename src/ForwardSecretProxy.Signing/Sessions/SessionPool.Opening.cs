using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Sessions;

/// <content>Opening sessions for those who wait, and closing those that are of no further use.</content>
internal sealed partial class SessionPool
{
    // Other programs' sessions may have caused a refusal; when they have gone we want ours back.
    private static readonly TimeSpan LoweredLimitLasts = TimeSpan.FromMinutes(1);

    private long _limitLoweredAt;
    private int _opening;
    private int _closing;
    private int _closed;

    // Every method below is called with _gate held, but for those that say otherwise.

    private void BeginGeneration()
    {
        _generation++;
        _limit = _configuredLimit;
        var idle = _idle.ToArray();
        _idle.Clear();
        Discard(idle);
    }

    // One after another: a module that hangs in C_CloseSession, as it can in any other call, keeps one thread. And not on
    // the caller's, which is in the middle of a handshake.
    private void Discard(params PooledSession[] sessions)
    {
        foreach (var session in sessions)
        {
            if (IsGivenUp(session.Generation))
                continue;
            _open--;
            _closing++;
        }

        if (sessions.Length > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Pool.CloseAll(state.Sessions), (Pool: this, Sessions: sessions), preferLocal: false);
        }
    }

    // Without the lock.
    private void CloseAll(PooledSession[] sessions)
    {
        foreach (var session in sessions)
        {
            Close(_source, session.Handle);
            lock (_gate)
            {
                if (IsGivenUp(session.Generation))
                    continue;
                _closing--;
                _closed++;
                OpenForWaiters();
            }
        }
    }

    private static void Close(ISessionSource source, ulong session)
    {
        try
        {
            source.Close(session);
        }
        catch (Exception exception) when (exception is TokenException or OverflowException)
        {
            // The session is given up either way, and nobody waits who could be told.
        }
    }

    private void OpenForWaiters()
    {
        if (_limit < _configuredLimit && _time.GetElapsedTime(_limitLoweredAt) > LoweredLimitLasts)
            _limit = _configuredLimit;

        // A token with few sessions has none to give while an old one is being closed.
        while (!_disposed && _opening < _queue.Count && _open + _opening + _closing < _limit)
        {
            _opening++;
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Pool.OpenOne(state.Generation, state.Closed),
                (Pool: this, Generation: _generation, Closed: _closed), preferLocal: false);
        }
    }

    // Runs on a thread of the pool's own choosing, without the lock: a token may take seconds for a session.
    private void OpenOne(int generation, int closed)
    {
        try
        {
            var session = new PooledSession(this, _source.Open(), generation);
            lock (_gate)
            {
                if (!IsGivenUp(generation))
                {
                    _opening--;
                    _open++;
                }

                Keep(session, _time.GetTimestamp());
            }
        }
        catch (Exception exception)
        {
            // Whatever it is: left alone on a thread of the runtime's pool it would end the process.
            lock (_gate)
            {
                if (!IsGivenUp(generation))
                    OpenFailed(exception as TokenException ?? new TokenException(exception.Message, exception), closed);
            }
        }
    }

    private void OpenFailed(TokenException exception, int closed)
    {
        _opening--;
        var left = _open + _opening;
        if (exception.ReturnCode == (uint)CKR.CKR_SESSION_COUNT)
        {
            // What is being closed may have been in the way; when it is closed there is another try.
            if (_closing > 0)
                return;
            // And so may what was closed since.
            if (_closed != closed)
            {
                OpenForWaiters();
                return;
            }

            if (left > 0)
            {
                _limit = left;
                _limitLoweredAt = _time.GetTimestamp();
            }
        }

        // While there are others, one of them comes back to whoever waits; otherwise nobody will.
        if (left == 0)
            BecomeUnavailable(exception);
    }
}
