using System.Collections.Concurrent;
using System.Threading.Channels;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

/// <summary>A token's sessions as a test wants them: limited in number, failing, or hanging.</summary>
internal sealed class ScriptedSessions : ISessionSource
{
    private readonly ConcurrentDictionary<ulong, bool> _open = new();
    private readonly Channel<ulong> _closed = Channel.CreateUnbounded<ulong>();
    private readonly Channel<bool> _tried = Channel.CreateUnbounded<bool>();
    private long _last;
    private int _tries;

    /// <summary>The most the token has.</summary>
    public int Available { get; set; } = int.MaxValue;

    /// <summary>What opening a session answers instead.</summary>
    public CKR? Failure { get; set; }

    /// <summary>What opening a session waits for, as a module that hangs.</summary>
    public ManualResetEventSlim? Hang { get; set; }

    /// <summary>The sessions that are open now.</summary>
    public ICollection<ulong> Open => _open.Keys;

    /// <summary>How many have been opened so far.</summary>
    public long Opened => Volatile.Read(ref _last);

    /// <summary>How many times opening one was tried so far.</summary>
    public int Tries => Volatile.Read(ref _tries);

    ulong ISessionSource.Open()
    {
        Interlocked.Increment(ref _tries);
        _tried.Writer.TryWrite(true);
        Hang?.Wait(TimeSpan.FromSeconds(30));
        if (Failure is { } code)
            throw ReturnCodes.Failure("A session cannot be opened", code);
        lock (_open)
        {
            if (_open.Count >= Available)
                throw ReturnCodes.Failure("A session cannot be opened", CKR.CKR_SESSION_COUNT);
            var session = (ulong)Interlocked.Increment(ref _last);
            _open[session] = true;
            return session;
        }
    }

    void ISessionSource.Close(ulong session)
    {
        if (_open.TryRemove(session, out _))
            _closed.Writer.TryWrite(session);
    }

    /// <summary>Waits until opening one has been tried once more.</summary>
    public Task WaitForTryAsync() => _tried.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Waits until one more session has been closed.</summary>
    public Task WaitForCloseAsync() => _closed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
