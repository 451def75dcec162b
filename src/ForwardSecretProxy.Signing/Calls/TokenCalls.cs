using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Calls;

/// <summary>The calls into a module for the sake of one token, and how long each may take.</summary>
/// <param name="token">The token's label, or what else it is known by.</param>
/// <param name="limit">The limit of one call.</param>
internal sealed class TokenCalls(string token, TimeSpan limit)
{
    /// <summary>
    /// The limit of the few calls that are known to take long: a smart card makes an RSA-4096 key in minutes.
    /// </summary>
    public static readonly TimeSpan LongLimit = TimeSpan.FromMinutes(15);

    /// <summary>How long a call may take that begins from now on.</summary>
    public TimeSpan Limit { get; set; } = limit;

    /// <summary>The pool that is told when a call does not return; null while the token has none.</summary>
    public SessionPool? Pool { get; set; }

    /// <summary>A call begins on this thread; disposing says that it has ended.</summary>
    public CallScope Begin(string name) => Begin(name, Limit);

    /// <summary>A call begins that may take as long as <see cref="LongLimit"/>.</summary>
    public CallScope BeginLong(string name) => Begin(name, LongLimit > Limit ? LongLimit : Limit);

    /// <summary>Called by the watch: a call has taken too long, and may go on for ever.</summary>
    /// <returns>What whoever waits for it is told.</returns>
    public TokenException Expired(string call, TimeSpan limit, int generation)
    {
        // First, and before anything that could wait: in a process that only hosts the module, this ends it.
        TokenFaults.Report(new TokenFault(TokenFaultKind.CallExpired, token, call, limit));
        var reason = NoAnswer(call, limit);
        if (Pool is { } pool)
        {
            pool.Faults.AddExpiredCall();
            pool.Fail(generation, reason);
        }

        return reason;
    }

    /// <summary>Called when such a call has come back after all.</summary>
    public void Returned(string call, TimeSpan limit) =>
        TokenFaults.Report(new TokenFault(TokenFaultKind.CallReturned, token, call, limit));

    /// <summary>Takes a lock whose holder may hang in a call, and waits no longer for it than for a call.</summary>
    /// <param name="gate">The lock; the caller exits it.</param>
    /// <param name="call">What its holder does.</param>
    /// <exception cref="TokenException">It was not to be had.</exception>
    public void Enter(Lock gate, string call)
    {
        var limit = Limit;
        if (!gate.TryEnter(limit))
            throw NoAnswer(call, limit);
    }

    // As good as the answer that the way to the token failed.
    private TokenException NoAnswer(string call, TimeSpan after) => new(
        $"The module of the token \"{token}\" has not answered {call} for {after.TotalSeconds:0.###} s. Check the "
        + "token's power and the way to it; one that is that slow by nature needs a longer CallTimeout.",
        (uint)CKR.CKR_DEVICE_ERROR);

    private CallScope Begin(string name, TimeSpan limit)
    {
        var slot = CallSlot.OfThisThread;
        slot.Begin(this, name, limit, Pool?.Generation ?? 0);
        return new CallScope(slot);
    }
}

/// <summary>A call in progress.</summary>
internal readonly ref struct CallScope(CallSlot slot)
{
    /// <summary>It has ended.</summary>
    public void Dispose() => slot.End();
}
