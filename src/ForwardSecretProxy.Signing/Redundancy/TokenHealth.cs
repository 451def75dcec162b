using System.Diagnostics.CodeAnalysis;

namespace ForwardSecretProxy.Signing.Redundancy;

/// <summary>
/// What is known of a token from how it signs, for keys that have a stand-in elsewhere: it is suspected long before its
/// calls time out, and trusted again when it has signed. Shared by all such keys on the token. Thread-safe.
/// </summary>
/// <param name="pool">The token's sessions.</param>
/// <param name="token">Its label, for messages.</param>
/// <param name="time">The clock.</param>
[SuppressMessage("Design", "CA1001", Justification = "A source of cancellation without a timer holds nothing.")]
public sealed class TokenHealth(ISigningPool pool, string token, TimeProvider time)
{
    /// <summary>
    /// How long a token that signs may be silent before it is suspected, at least: long enough for a software token on a
    /// busy machine, short enough that clients hardly notice.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>The same in signatures as they usually take, for slow tokens.</summary>
    private const int PatienceInSignatures = 10;

    /// <summary>One failure can be a session that ended; it makes <see cref="WantsProbe"/> true.</summary>
    private const int FailuresToSuspect = 2;

    private CancellationTokenSource _waits = new();
    private volatile string? _problem;
    private volatile bool _wantsProbe;
    private int _load;
    private int _signing;
    private int _failures;
    private long _progress;
    private long _average;
    private long _signed;

    /// <summary>The token's sessions.</summary>
    public ISigningPool Pool => pool;

    /// <summary>The token's label.</summary>
    public string Token => token;

    /// <summary>Whether it can be expected to sign at once.</summary>
    public bool IsAvailable => _problem is null && pool.IsAvailable;

    /// <summary>Why it cannot, without a full stop; null when it can.</summary>
    public string? Problem => _problem ?? (pool.IsAvailable ? null : $"the token \"{token}\" cannot be used");

    /// <summary>How many signatures it has made for us.</summary>
    public long SignatureCount => Interlocked.Read(ref _signed);

    /// <summary>Whether something went wrong that a test signature would explain.</summary>
    public bool WantsProbe => _wantsProbe;

    /// <summary>How many hold a session or wait for one.</summary>
    internal int Load => Volatile.Read(ref _load);

    /// <summary>Looks whether it is silent. To be called a few times a second.</summary>
    public void Check()
    {
        if (_problem is not null || Volatile.Read(ref _signing) == 0) return;
        var silent = time.GetElapsedTime(Interlocked.Read(ref _progress));
        var usual = time.GetElapsedTime(0, Interlocked.Read(ref _average));
        if (silent >= Patience && silent >= PatienceInSignatures * usual)
            Suspect($"the token \"{token}\" has not finished a signature for {silent.TotalMilliseconds:0} ms");
    }

    /// <summary>It is not trusted until it has signed.</summary>
    /// <param name="problem">Why, without a full stop.</param>
    public void Suspect(string problem) => _problem ??= problem;

    /// <summary>A test signature is on its way.</summary>
    public void ProbeBegun() => _wantsProbe = false;

    /// <summary>Waits for a session of it. The caller gives the lease back to the token, and says so here.</summary>
    /// <param name="claim">Who asks.</param>
    /// <param name="isLetGo">Whether <see cref="ReleaseWaiters"/> ends the wait.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    internal async ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, bool isLetGo, CancellationToken cancellationToken)
    {
        using var either = isLetGo
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Volatile.Read(ref _waits).Token)
            : null;
        var leased = false;
        Interlocked.Increment(ref _load);
        try
        {
            var lease = await pool.AcquireAsync(claim, either?.Token ?? cancellationToken).ConfigureAwait(false);
            leased = true;
            return lease;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SigningException($"No session is waited for any more, because {Problem ?? "another key is used"}.");
        }
        catch (SigningException)
        {
            _wantsProbe = true;
            throw;
        }
        finally
        {
            if (!leased) Returned();
        }
    }

    /// <summary>A session if there is one right now; null otherwise.</summary>
    internal ISigningLease? TryAcquire()
    {
        if (pool.TryAcquire() is not { } session) return null;
        Interlocked.Increment(ref _load);
        return session;
    }

    /// <summary>A lease has gone back.</summary>
    internal void Returned() => Interlocked.Decrement(ref _load);

    /// <summary>Whoever waits for a session and has somewhere else to go waits no longer, for somebody else can sign.</summary>
    internal void ReleaseWaiters()
    {
        if (Load > 0) _ = Interlocked.Exchange(ref _waits, new CancellationTokenSource()).CancelAsync();
    }

    /// <summary>A signature begins; the answer is for <see cref="Succeeded"/>.</summary>
    internal long Begin()
    {
        var now = time.GetTimestamp();
        // Before it is counted: Check must not see an old time with it.
        if (Volatile.Read(ref _signing) == 0) Interlocked.Exchange(ref _progress, now);
        Interlocked.Increment(ref _signing);
        return now;
    }

    /// <summary>It was made.</summary>
    internal void Succeeded(long begun)
    {
        var now = End();
        // Racing updates may lose a sample, which is harmless.
        var (sample, average) = (now - begun, Interlocked.Read(ref _average));
        Interlocked.Exchange(ref _average, average == 0 ? sample : average + (sample - average) / 8);
        Interlocked.Increment(ref _signed);
        Volatile.Write(ref _failures, 0);
        if (_problem is not null) _problem = null;
    }

    /// <summary>It was not.</summary>
    internal void Failed(string reason)
    {
        End();
        _wantsProbe = true;
        if (Interlocked.Increment(ref _failures) >= FailuresToSuspect) Suspect(reason.TrimEnd('.'));
    }

    private long End()
    {
        var now = time.GetTimestamp();
        Interlocked.Exchange(ref _progress, now);
        Interlocked.Decrement(ref _signing);
        return now;
    }
}
