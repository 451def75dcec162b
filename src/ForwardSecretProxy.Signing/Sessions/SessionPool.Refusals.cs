using System.Globalization;

namespace ForwardSecretProxy.Signing.Sessions;

/// <content>Who is not served, and what they are told.</content>
internal sealed partial class SessionPool
{
    private const string Mend = "Raise Sessions if the token has more, let clients resume and keep their connections "
        + "(\"Small and slow tokens\" in docs/operations.md), or use a faster token.";

    private readonly HoldTime _holdTime;
    private readonly long[] _refusals = new long[Enum.GetValues<SigningRefusal>().Length];

    /// <summary>How many got no session, for one of the reasons.</summary>
    public long RefusalCount(SigningRefusal reason) => Interlocked.Read(ref _refusals[(int)reason]);

    private SigningException Closed() => new($"The token \"{_name}\" is not in use any more.");

    private SigningException Unavailable(TokenException failure)
    {
        Count(SigningRefusal.Unavailable);
        return new SigningException($"The token \"{_name}\" cannot be used. {failure.Message}", failure);
    }

    private SigningException TooLate(TimeSpan signature, TimeSpan expected, TimeSpan limit)
    {
        Count(SigningRefusal.TooLate);
        return Busy(string.Create(CultureInfo.InvariantCulture,
            $"a signature takes {signature.TotalMilliseconds:0.#} ms and {_queue.Count} handshakes wait for {_limit} "
            + $"session{(_limit == 1 ? "" : "s")}, so that this one would be signed in {expected.TotalSeconds:0.0} s, and it "
            + $"has {limit.TotalSeconds:0.0} s"));
    }

    private SigningException QueueFull()
    {
        Count(SigningRefusal.QueueFull);
        return Busy($"{SessionQueue.Capacity} handshakes wait for its sessions already");
    }

    // Without the lock.
    private SigningException TimedOut(TimeSpan limit)
    {
        Count(SigningRefusal.TimedOut);
        return Busy(string.Create(CultureInfo.InvariantCulture,
            $"none of its sessions became free within {limit.TotalSeconds:0.###} s ({InUseCount} of {Limit} in use)"));
    }

    private SigningException Busy(string why) =>
        new($"The token \"{_name}\" is too busy: {why}. {Mend}") { IsBusy = true };

    private void Count(SigningRefusal reason) => Interlocked.Increment(ref _refusals[(int)reason]);

    // Called with _gate held.
    private void ThrowIfTooLate(SigningClaim claim, TimeSpan limit)
    {
        if (_holdTime.Average is not { } signature)
            return;

        // The one before the first in the queue is being signed, and the claimant's own signature takes its time, too.
        var expected = (signature * ((_queue.PlaceOfNext(claim.Client) + 1.0) / _limit)) + signature;
        if (expected > limit)
            throw TooLate(signature, expected, limit);
    }

    // Called with _gate held. Full of one client's, there is room for the others still.
    private void MakeRoomFor(ulong client)
    {
        if (_queue.Count < SessionQueue.Capacity)
            return;

        if (_queue.FindDisplaced(client) is not { } displaced)
            throw QueueFull();
        _queue.Remove(displaced);
        if (displaced.TrySetException(QueueFull()))
            displaced.Disarm();
    }
}
