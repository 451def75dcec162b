using System.Diagnostics;
using System.Net.Sockets;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// A connection on which many threads ask for signatures at once. There is no thread that only reads: of those that wait
/// one does, hands the others their answers, and passes the task on when it has its own. So a signature that is alone
/// costs one packet each way and no wake-up between threads. Thread-safe.
/// </summary>
internal sealed class SignerConnection : IDisposable
{
    /// <summary>How often the thread that reads looks at the clock.</summary>
    private static readonly TimeSpan ReadSlice = TimeSpan.FromMilliseconds(250);

    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private readonly PendingAnswer?[] _places;
    private readonly List<PendingAnswer> _followers = [];
    private bool _isRead;
    private volatile string? _lost;
    private int _sequence;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">Its peer is known to be the signer.</param>
    /// <param name="places">How many requests there can be at once.</param>
    public SignerConnection(Socket socket, int places)
    {
        _socket = socket;
        _socket.ReceiveTimeout = (int)ReadSlice.TotalMilliseconds;
        _socket.SendTimeout = (int)ReadSlice.TotalMilliseconds * 4;
        _places = new PendingAnswer?[places];
    }

    /// <summary>Why it is of no further use; null while it is.</summary>
    public string? Lost => _lost;

    /// <summary>Has a block signed, and waits. Blocks for as long as the token takes.</summary>
    /// <param name="place">Below the number of places; nobody else uses it meanwhile.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="key">The key's handle.</param>
    /// <param name="block">The whole to-be-signed block, at most <see cref="SignerProtocol.MaxBlock"/> bytes.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>The answer, which is valid until the place is used again.</returns>
    /// <exception cref="SignerLostException">The connection ended, or there was no answer in time.</exception>
    public PendingAnswer Ask(int place, SignatureScheme scheme, UInt128 key, ReadOnlySpan<byte> block, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        var pending = Begin(place);
        Span<byte> packet = stackalloc byte[SignerProtocol.RequestHeader + SignerProtocol.MaxBlock];
        Send(packet[..SignerProtocol.WriteRequest(packet, scheme, pending.Number, key, block)]);
        while (true)
        {
            bool reads;
            lock (_gate)
            {
                if (pending.IsDone) return pending;
                if (_lost is { } reason) throw new SignerLostException(reason);
                reads = !_isRead;
                _isRead = true;
                if (!reads)
                {
                    pending.Prepare();
                    _followers.Add(pending);
                }
            }

            if (reads)
            {
                ReadUntilDone(pending, started, limit);
                continue;
            }

            var left = limit - Stopwatch.GetElapsedTime(started);
            if (left > TimeSpan.Zero && pending.Wait(left)) continue;
            return HasAnswerAfterAll(pending) ? pending : throw Late(limit);
        }
    }

    /// <summary>Ends it; who waits is told.</summary>
    public void Lose(string reason)
    {
        PendingAnswer[] waiting;
        lock (_gate)
        {
            if (_lost is not null) return;
            _lost = reason;
            waiting = [.. _followers];
            _followers.Clear();
        }

        _socket.Dispose();
        foreach (var follower in waiting) follower.Wake();
    }

    /// <inheritdoc/>
    public void Dispose() => Lose("The connection to the signer was closed.");

    private PendingAnswer Begin(int place)
    {
        lock (_gate)
        {
            var pending = _places[place] ??= new PendingAnswer();
            // An answer that comes after its asker has given up has an old number.
            pending.Number = (uint)(++_sequence << 16 | place);
            pending.IsDone = false;
            return pending;
        }
    }

    private void Send(ReadOnlySpan<byte> packet)
    {
        try
        {
            _socket.Send(packet, SocketFlags.None, out var error);
            if (error == SocketError.Success) return;
            Lose($"The signer takes no request: {new SocketException((int)error).Message}.");
        }
        catch (ObjectDisposedException)
        {
            // Lost on another thread.
        }

        throw new SignerLostException(_lost!);
    }

    /// <summary>Hands out answers until the own one has come, the connection is lost or the time has passed.</summary>
    private void ReadUntilDone(PendingAnswer own, long started, TimeSpan limit)
    {
        try
        {
            Span<byte> packet = stackalloc byte[SignerProtocol.MaxAnswer + 1];
            while (!own.IsDone && _lost is null)
            {
                var length = Receive(packet);
                if (length > 0) Hand(packet[..length]);
                if (!own.IsDone && Stopwatch.GetElapsedTime(started) > limit) throw Late(limit);
            }
        }
        finally
        {
            PassOn();
        }
    }

    /// <summary>One packet's length, or 0 when none came for a while or the connection is lost.</summary>
    private int Receive(Span<byte> packet)
    {
        try
        {
            var length = _socket.Receive(packet, SocketFlags.None, out var error);
            if (error is SocketError.TimedOut or SocketError.WouldBlock or SocketError.Interrupted) return 0;
            if (length == 0 || error != SocketError.Success) Lose("The signer ended.");
            return length;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Hand(ReadOnlySpan<byte> packet)
    {
        if (!SignerProtocol.TryReadAnswer(packet, out var status, out var number, out var content))
        {
            Lose("The signer answered with what is not of this protocol; is it of another version?");
            return;
        }

        var place = (int)(number & 0xFFFF);
        PendingAnswer? pending;
        lock (_gate)
        {
            pending = place < _places.Length ? _places[place] : null;
            if (pending is null || pending.Number != number || pending.IsDone) return;
            content.CopyTo(pending.Content);
            pending.Length = content.Length;
            pending.Status = status;
            pending.IsDone = true;
            if (!_followers.Remove(pending)) return;
        }

        pending.Wake();
    }

    /// <summary>Lets another one read who still waits.</summary>
    private void PassOn()
    {
        PendingAnswer? next;
        lock (_gate)
        {
            _isRead = false;
            next = TakeFollower();
        }

        next?.Wake();
    }

    /// <summary>Whether the answer came as the time had just passed; if not, nobody waits for it any more.</summary>
    private bool HasAnswerAfterAll(PendingAnswer pending)
    {
        PendingAnswer? next = null;
        lock (_gate)
        {
            // Whoever has handed it over reads, or has passed that on.
            if (pending.IsDone) return true;
            // The reading may just have been passed on to it, and then nobody does it.
            if (!_followers.Remove(pending) && !_isRead) next = TakeFollower();
        }

        next?.Wake();
        return false;
    }

    private static SignerLostException Late(TimeSpan limit) =>
        new($"The signer has not answered for {limit.TotalSeconds:0.#} s.", isTimeout: true);

    // With the lock held.
    private PendingAnswer? TakeFollower()
    {
        if (_followers.Count == 0) return null;
        var next = _followers[^1];
        _followers.RemoveAt(_followers.Count - 1);
        return next;
    }
}

/// <summary>There is no answer from a signer, because it ended or takes too long.</summary>
internal sealed class SignerLostException(string message, bool isTimeout = false) : TokenException(message)
{
    /// <summary>Whether it may still be at it: then the same is not asked again.</summary>
    public bool IsTimeout { get; } = isTimeout;
}
