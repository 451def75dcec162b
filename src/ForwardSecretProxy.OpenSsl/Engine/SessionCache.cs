using System.Runtime.InteropServices;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// The TLS 1.3 sessions that may be resumed. A ticket is a random number that names one of them; taking it out is the
/// only way to read it, so each works once. Bounded in number and age. Owns a reference on every <c>SSL_SESSION</c> in
/// it; libcrypto cleanses a session's secret when its last reference goes.
/// </summary>
internal sealed unsafe class SessionCache(int capacity, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionId, Entry> _sessions = [];
    private readonly Queue<(SessionId Id, long Expires)> _byAge = new();
    private bool _disposed;

    /// <summary>How many sessions are kept now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    /// <summary>Keeps a session and its reference; false when the reference stays with the caller.</summary>
    /// <param name="session">An <c>SSL_SESSION</c>.</param>
    /// <param name="serverName">Who the client asked for: a ticket is honoured for the same name only.</param>
    internal bool TryAdd(nint session, string? serverName)
    {
        uint length;
        var bytes = LibSsl.SSL_SESSION_get_id(session, &length);
        if (length != sizeof(SessionId)) return false;
        var id = MemoryMarshal.Read<SessionId>(new ReadOnlySpan<byte>(bytes, (int)length));

        lock (_lock)
        {
            if (_disposed) return false;
            var now = time.GetTimestamp();
            RemoveOld(now);
            if (!_sessions.TryAdd(id, new Entry(session, serverName))) return false;
            _byAge.Enqueue((id, now + (long)(lifetime.TotalSeconds * time.TimestampFrequency)));
            return true;
        }
    }

    /// <summary>
    /// Takes the session out, with its reference; 0 when there is none, it is too old, or it was made for another name.
    /// </summary>
    internal nint Take(ReadOnlySpan<byte> ticket, string? serverName)
    {
        if (ticket.Length != sizeof(SessionId)) return 0;
        lock (_lock)
        {
            RemoveOld(time.GetTimestamp());
            if (!_sessions.Remove(MemoryMarshal.Read<SessionId>(ticket), out var entry)) return 0;
            if (string.Equals(entry.ServerName, serverName, StringComparison.Ordinal)) return entry.Session;
            LibSsl.SSL_SESSION_free(entry.Session);
            return 0;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var entry in _sessions.Values) LibSsl.SSL_SESSION_free(entry.Session);
            _sessions.Clear();
            _byAge.Clear();
        }
    }

    /// <summary>
    /// All sessions live equally long, so the queue is in order of expiry. A used ticket keeps its place in it until
    /// then, which bounds the queue and the cache alike.
    /// </summary>
    private void RemoveOld(long now)
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.Expires <= now || _byAge.Count >= capacity))
        {
            _byAge.Dequeue();
            if (_sessions.Remove(oldest.Id, out var entry)) LibSsl.SSL_SESSION_free(entry.Session);
        }
    }

    private readonly record struct Entry(nint Session, string? ServerName);

    /// <summary>The 32 random bytes that a stateful ticket consists of; any eight of them hash well.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SessionId(ulong A, ulong B, ulong C, ulong D)
    {
        public override int GetHashCode() => A.GetHashCode();
    }
}
