using System.Threading.Channels;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

public sealed class SessionPoolAvailabilityTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScriptedSessions _sessions = new();
    private readonly ManualTime _time = new();
    private readonly SigningMetrics _metrics = new();
    private readonly Channel<TokenAvailability> _changes = Channel.CreateUnbounded<TokenAvailability>();
    private readonly SessionPool _pool;

    public SessionPoolAvailabilityTests()
    {
        _metrics.AvailabilityChanged += change => _changes.Writer.TryWrite(change);
        _pool = new SessionPool(_sessions, "test", 2, TimeSpan.FromSeconds(10), _metrics, _time);
    }

    public void Dispose()
    {
        _pool.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Acquire_TokenGone_FailsAtOnceUntilItIsBack()
    {
        _sessions.Failure = CKR.CKR_TOKEN_NOT_PRESENT;
        await Assert.ThrowsAsync<SigningException>(() => AcquireAsync());

        Assert.False(_pool.IsAvailable);
        var error = await Assert.ThrowsAsync<SigningException>(() => AcquireAsync());
        Assert.Contains("CKR_TOKEN_NOT_PRESENT", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _sessions.Tries);
        var change = await NextChangeAsync();
        Assert.Equal("test", change.Token);
        Assert.Contains("CKR_TOKEN_NOT_PRESENT", change.Problem, StringComparison.Ordinal);

        _sessions.Failure = null;
        _time.Advance(SessionPool.ProbeInterval);
        Assert.Equal(new TokenAvailability("test", null), await NextChangeAsync());

        Assert.True(_pool.IsAvailable);
        using var lease = await AcquireAsync();
        Assert.Equal(2, _sessions.Tries);
    }

    [Fact]
    public async Task Probe_TokenStaysAway_GoesOnWithTheLastReason()
    {
        await LoseAsync(CKR.CKR_TOKEN_NOT_PRESENT);
        for (var i = 0; i < 3; i++) await ProbeAsync();

        _sessions.Failure = CKR.CKR_DEVICE_ERROR;
        await ProbeAsync();

        var error = await Assert.ThrowsAsync<SigningException>(() => AcquireAsync());
        Assert.Contains("CKR_DEVICE_ERROR", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, _sessions.Tries);
        Assert.False(_changes.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Probe_TokenHangs_IsNotFollowedByAnother()
    {
        await LoseAsync(CKR.CKR_TOKEN_NOT_PRESENT);
        using var hang = new ManualResetEventSlim();
        (_sessions.Hang, _sessions.Failure) = (hang, null);

        _time.Advance(SessionPool.ProbeInterval);
        await _sessions.WaitForTryAsync();
        _time.Advance(10 * SessionPool.ProbeInterval);
        Assert.Equal((2, 0), (_sessions.Tries, _time.TimerCount));
        hang.Set();

        Assert.Null((await NextChangeAsync()).Problem);
        Assert.Equal(2, _sessions.Tries);
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_INCORRECT)]
    [InlineData(CKR.CKR_PIN_LOCKED)]
    public async Task Probe_PinRefused_IsNotTriedAgainByItself(CKR refusal)
    {
        await LoseAsync(refusal);

        _time.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<SigningException>(() => AcquireAsync());
        Assert.Equal((1, 0), (_sessions.Tries, _time.TimerCount));

        _sessions.Failure = null;
        await _pool.TryAgainAsync(default).WaitAsync(Patience);
        using var lease = await AcquireAsync();
        Assert.Null((await NextChangeAsync()).Problem);
    }

    [Fact]
    public async Task TryAgain_TokenStaysAwayOrHangs_ReturnsAndTriesOnce()
    {
        await LoseAsync(CKR.CKR_TOKEN_NOT_PRESENT);
        await _pool.TryAgainAsync(default).WaitAsync(Patience);
        await _sessions.WaitForTryAsync();
        Assert.Equal((2, false), (_sessions.Tries, _pool.IsAvailable));

        using var hang = new ManualResetEventSlim();
        _sessions.Hang = hang;
        var again = _pool.TryAgainAsync(default);
        var more = _pool.TryAgainAsync(default);
        await _sessions.WaitForTryAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(again, more).WaitAsync(Patience);
        Assert.Equal(3, _sessions.Tries);

        (_sessions.Failure, var last) = (null, _pool.TryAgainAsync(default));
        hang.Set();
        await last.WaitAsync(Patience);
        Assert.True(_pool.IsAvailable);
        await _pool.TryAgainAsync(default);
        Assert.Equal(3, _sessions.Tries);
        // This runs inside the completion of the wait, which disposes of its timer after it.
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(() => _time.TimerCount == 0, Patience));
    }

    [Fact]
    public async Task Acquire_TokenGoneWhileOneIsLeased_WaitsForThatOne()
    {
        var lease = await AcquireAsync();
        _sessions.Failure = CKR.CKR_DEVICE_ERROR;
        var waiting = AcquireAsync();
        await _sessions.WaitForTryAsync();
        await _sessions.WaitForTryAsync();
        Assert.True(_pool.IsAvailable);

        lease.Dispose();

        Assert.Same(lease, await waiting);
    }

    [Fact]
    public async Task Fail_SessionsLeasedAndIdle_AllAreGivenUpAndWhoWaitsIsTold()
    {
        var (idle, hanging, other) = (await AcquireAsync(), await AcquireAsync(), AcquireAsync());
        Assert.False(other.IsCompleted);

        _pool.Fail(_pool.Generation, new TokenException("It hangs."));

        var error = await Assert.ThrowsAsync<SigningException>(() => other);
        Assert.Contains("It hangs.", error.Message, StringComparison.Ordinal);
        Assert.Equal("It hangs.", (await NextChangeAsync()).Problem);

        // Neither lease has come back; a new session is tried for all the same.
        _time.Advance(SessionPool.ProbeInterval);
        Assert.Null((await NextChangeAsync()).Problem);
        var fresh = (PooledSession)await AcquireAsync();
        Assert.True(fresh.Generation > ((PooledSession)hanging).Generation);

        idle.Dispose();
        hanging.Dispose();
        await _sessions.WaitForCloseAsync();
        await _sessions.WaitForCloseAsync();
        fresh.Dispose();
        Assert.Equal([fresh.Handle], _sessions.Open);
        Assert.Equal((1, 0), (_pool.OpenCount, _pool.InUseCount));
    }

    [Fact]
    public async Task Fail_OfAnEarlierLife_ChangesNothing()
    {
        var generation = _pool.Generation;
        _pool.Fail(generation, new TokenException("It hangs."));
        await NextChangeAsync();
        _time.Advance(SessionPool.ProbeInterval);
        await NextChangeAsync();

        _pool.Fail(generation, new TokenException("It hung then."));

        Assert.True(_pool.IsAvailable);
        using var lease = await AcquireAsync();
    }

    [Fact]
    public async Task Fail_WhileOneIsBeingOpened_ClosesItWhenItComes()
    {
        using var hang = new ManualResetEventSlim();
        _sessions.Hang = hang;
        var waiting = AcquireAsync();
        await _sessions.WaitForTryAsync();

        _pool.Fail(_pool.Generation, new TokenException("It hangs."));
        await Assert.ThrowsAsync<SigningException>(() => waiting);
        hang.Set();
        await _sessions.WaitForCloseAsync();

        Assert.False(_pool.IsAvailable);
        Assert.Equal(0, _pool.OpenCount);
    }

    [Fact]
    public async Task Renew_GivenUpSession_IsRefusedUntilTheTokenIsBackAndThenCounts()
    {
        var session = (PooledSession)await AcquireAsync();
        _pool.Fail(_pool.Generation, new TokenException("It hangs."));
        Assert.Throws<TokenException>(() => _pool.Renew(session));
        Assert.Equal(0, _pool.OpenCount);

        await NextChangeAsync();
        _time.Advance(SessionPool.ProbeInterval);
        await NextChangeAsync();
        _pool.Renew(session);
        Assert.Equal(2, _pool.OpenCount);
        session.Dispose();

        Assert.Equal(2, _sessions.Open.Count);
        Assert.Equal((2, 0), (_pool.OpenCount, _pool.InUseCount));
    }

    [Fact]
    public async Task Return_BrokenOnTokenWithOneSession_IsClosedBeforeAnotherIsOpened()
    {
        _sessions.Available = 1;
        for (var i = 0; i < 200; i++)
        {
            var session = (PooledSession)await AcquireAsync();
            session.Broken = true;
            session.Dispose();
        }

        Assert.True(_pool.IsAvailable);
    }

    [Fact]
    public async Task Dispose_WhileUnavailable_EndsTheProbing()
    {
        await LoseAsync(CKR.CKR_TOKEN_NOT_PRESENT);
        Assert.Equal(1, _time.TimerCount);

        _pool.Dispose();

        Assert.Equal(0, _time.TimerCount);
    }

    private Task<ISigningLease> AcquireAsync() => _pool.AcquireAsync(default).AsTask().WaitAsync(Patience);

    private Task<TokenAvailability> NextChangeAsync() => _changes.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    private async Task LoseAsync(CKR failure)
    {
        _sessions.Failure = failure;
        await Assert.ThrowsAsync<SigningException>(() => AcquireAsync());
        await _sessions.WaitForTryAsync();
        await NextChangeAsync();
    }

    /// <summary>Lets the time for a try pass, and waits until it has failed.</summary>
    private async Task ProbeAsync()
    {
        _time.Advance(SessionPool.ProbeInterval);
        await _sessions.WaitForTryAsync();
        Assert.True(SpinWait.SpinUntil(() => _time.TimerCount == 1, Patience));
    }
}
