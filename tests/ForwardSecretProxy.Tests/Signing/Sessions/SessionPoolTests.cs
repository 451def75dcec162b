using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

public sealed class SessionPoolTests : IDisposable
{
    private static readonly TimeSpan QueueTimeout = TimeSpan.FromSeconds(10);

    private readonly ScriptedSessions _sessions = new();
    private readonly ManualTime _time = new();
    private SessionPool? _pool;

    public void Dispose() => _pool?.Dispose();

    [Fact]
    public async Task Acquire_OneAfterAnother_UsesOneSession()
    {
        var pool = NewPool(limit: 4);

        for (var i = 0; i < 10; i++)
            (await AcquireAsync(pool)).Dispose();

        Assert.Equal(1, _sessions.Opened);
        Assert.Equal((1, 0), (pool.OpenCount, pool.InUseCount));
    }

    [Fact]
    public async Task Acquire_FreeSession_IsSynchronousAndAllocatesNothing()
    {
        var pool = NewPool(limit: 1);
        (await AcquireAsync(pool)).Dispose();
        AcquireAndReturn(pool, 10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        AcquireAndReturn(pool, 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task TryAcquire_NoneFree_IsNoneAndNobodyWaits()
    {
        var pool = NewPool(limit: 1);
        (await AcquireAsync(pool)).Dispose();

        using (var lease = pool.TryAcquire())
        {
            Assert.Equal(1, pool.InUseCount);
            Assert.NotNull(lease);
            Assert.Null(pool.TryAcquire());
        }

        Assert.Equal((0, 0), (pool.InUseCount, pool.QueueLength));
    }

    [Fact]
    public async Task TryAcquire_TokenFailed_IsNone()
    {
        var pool = NewPool(limit: 1);
        (await AcquireAsync(pool)).Dispose();

        pool.Fail(pool.Generation, new TokenException("It burns."));

        Assert.Null(pool.TryAcquire());
    }

    [Fact]
    public async Task Acquire_NoneFree_ServesInTheOrderOfAsking()
    {
        var pool = NewPool(limit: 2);
        var first = await AcquireAsync(pool);
        var second = await AcquireAsync(pool);
        var third = pool.AcquireAsync(default).AsTask();
        var fourth = pool.AcquireAsync(default).AsTask();

        second.Dispose();
        Assert.Same(second, await third.WaitAsync(QueueTimeout));
        Assert.False(fourth.IsCompleted);
        first.Dispose();
        Assert.Same(first, await fourth.WaitAsync(QueueTimeout));

        Assert.Equal(2, _sessions.Opened);
        Assert.Equal(0, _time.TimerCount);
    }

    [Fact]
    public async Task Acquire_TimeLimitPassed_SaysSoAndLosesNoSession()
    {
        var pool = NewPool(limit: 1);
        var lease = await AcquireAsync(pool);
        var waiting = pool.AcquireAsync(default).AsTask();

        _time.Advance(QueueTimeout);
        var error = await Assert.ThrowsAsync<SigningException>(() => waiting);
        lease.Dispose();

        Assert.Contains("within 10 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.QueueLength);
        AcquireAndReturn(pool, 1);
    }

    [Fact]
    public async Task Acquire_CallerGivesUp_TheNextIsServed()
    {
        var pool = NewPool(limit: 1);
        var lease = await AcquireAsync(pool);
        using var cancellation = new CancellationTokenSource();
        var given = pool.AcquireAsync(cancellation.Token).AsTask();
        var next = pool.AcquireAsync(default).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        lease.Dispose();

        Assert.Same(lease, await next.WaitAsync(QueueTimeout));
    }

    [Fact]
    public async Task Acquire_CancelledBefore_TakesNoSession()
    {
        var pool = NewPool(limit: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await pool.AcquireAsync(new CancellationToken(true)));

        Assert.Equal(0, _sessions.Opened);
    }

    [Fact]
    public async Task Acquire_TokenHangs_BlocksNobodyAndKeepsTheLateSession()
    {
        using var hang = new ManualResetEventSlim();
        _sessions.Hang = hang;
        var pool = NewPool(limit: 1);

        var waiting = pool.AcquireAsync(default).AsTask();
        _time.Advance(QueueTimeout);
        await Assert.ThrowsAsync<SigningException>(() => waiting);
        var next = pool.AcquireAsync(default).AsTask();
        hang.Set();

        (await next.WaitAsync(QueueTimeout)).Dispose();
        Assert.Equal(1, _sessions.Opened);
    }

    [Fact]
    public async Task Acquire_TokenHasFewerSessions_LimitIsFoundAndRespected()
    {
        _sessions.Available = 2;
        var pool = NewPool(limit: 8);
        var first = await AcquireAsync(pool);
        var second = await AcquireAsync(pool);
        var waiting = Enumerable.Range(0, 4).Select(_ => pool.AcquireAsync(default).AsTask()).ToList();

        Assert.True(SpinWait.SpinUntil(() => pool.Limit == 2, QueueTimeout));
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        first.Dispose();
        second.Dispose();
        foreach (var lease in waiting)
            (await lease.WaitAsync(QueueTimeout)).Dispose();

        Assert.Equal(2, _sessions.Opened);
    }

    [Fact]
    public async Task Acquire_LongAfterTheLimitWasLowered_TriesAgain()
    {
        _sessions.Available = 1;
        var pool = NewPool(limit: 2);
        var first = await AcquireAsync(pool);
        var waiting = pool.AcquireAsync(default).AsTask();
        Assert.True(SpinWait.SpinUntil(() => pool.Limit == 1, QueueTimeout));

        _sessions.Available = 2;
        first.Dispose();
        var second = await waiting.WaitAsync(QueueTimeout);
        _time.Advance(TimeSpan.FromMinutes(2));
        var third = await AcquireAsync(pool);

        Assert.Equal(2, pool.OpenCount);
        second.Dispose();
        third.Dispose();
    }

    [Fact]
    public async Task Acquire_TokenGone_EverybodyIsToldAtOnce()
    {
        _sessions.Failure = CKR.CKR_TOKEN_NOT_PRESENT;
        var pool = NewPool(limit: 2);

        var errors = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            Assert.ThrowsAsync<SigningException>(async () => await pool.AcquireAsync(default))));

        Assert.All(errors, error =>
        {
            Assert.Contains("CKR_TOKEN_NOT_PRESENT", error.Message, StringComparison.Ordinal);
            Assert.IsType<TokenException>(error.InnerException);
        });
    }

    [Fact]
    public async Task Return_BrokenSession_IsClosedAndReplaced()
    {
        var pool = NewPool(limit: 1);
        var lease = await AcquireAsync(pool);
        var broken = ((PooledSession)lease).Handle;
        var waiting = pool.AcquireAsync(default).AsTask();

        ((PooledSession)lease).Broken = true;
        lease.Dispose();
        var next = (PooledSession)await waiting.WaitAsync(QueueTimeout);
        await _sessions.WaitForCloseAsync();

        Assert.NotEqual(broken, next.Handle);
        Assert.DoesNotContain(broken, _sessions.Open);
        Assert.Equal(1, pool.OpenCount);
    }

    [Fact]
    public async Task Invalidate_IdleAndLeasedSessions_AreAllReplaced()
    {
        var pool = NewPool(limit: 2);
        var first = (PooledSession)await AcquireAsync(pool);
        var second = (PooledSession)await AcquireAsync(pool);
        first.Dispose();

        pool.Invalidate(second.Generation);
        await _sessions.WaitForCloseAsync();
        second.Dispose();
        await _sessions.WaitForCloseAsync();
        var fresh = (PooledSession)await AcquireAsync(pool);

        Assert.Equal(first.Generation + 1, fresh.Generation);
        Assert.Equal([fresh.Handle], _sessions.Open);
    }

    [Fact]
    public async Task Renew_EndedSession_IsReplacedInItsLease()
    {
        var pool = NewPool(limit: 1);
        var session = (PooledSession)await AcquireAsync(pool);
        var ended = session.Handle;

        pool.Renew(session);

        Assert.NotEqual(ended, session.Handle);
        Assert.Equal(1, session.Generation);
        session.Dispose();
        AcquireAndReturn(pool, 1);
        Assert.Equal([session.Handle], _sessions.Open);
    }

    [Fact]
    public async Task Renew_TokenGone_LeavesABrokenSessionThatIsNotKept()
    {
        var pool = NewPool(limit: 1);
        var session = (PooledSession)await AcquireAsync(pool);
        _sessions.Failure = CKR.CKR_DEVICE_REMOVED;

        Assert.Throws<TokenException>(() => pool.Renew(session));
        session.Dispose();

        Assert.Equal(0, pool.OpenCount);
    }

    [Fact]
    public async Task Configure_FewerThenMore_IsFollowed()
    {
        var pool = NewPool(limit: 2);
        var first = await AcquireAsync(pool);
        var second = await AcquireAsync(pool);
        var waiting = pool.AcquireAsync(default).AsTask();

        pool.Configure(1, QueueTimeout);
        first.Dispose();
        await _sessions.WaitForCloseAsync();
        Assert.False(waiting.IsCompleted);
        pool.Configure(2, QueueTimeout);

        Assert.NotSame(second, await waiting.WaitAsync(QueueTimeout));
        Assert.Equal(2, pool.OpenCount);
    }

    [Fact]
    public async Task Dispose_LeaseTwice_ReturnsItOnce()
    {
        var pool = NewPool(limit: 2);
        var lease = await AcquireAsync(pool);

        lease.Dispose();
        lease.Dispose();
        var one = await AcquireAsync(pool);
        var other = await AcquireAsync(pool);

        Assert.NotSame(one, other);
        Assert.Equal(2, pool.InUseCount);
    }

    [Fact]
    public async Task Dispose_Pool_ClosesEverythingAndTellsWhoWaits()
    {
        var pool = NewPool(limit: 1);
        var lease = await AcquireAsync(pool);
        var waiting = pool.AcquireAsync(default).AsTask();

        pool.Dispose();
        await Assert.ThrowsAsync<SigningException>(() => waiting);
        lease.Dispose();
        await _sessions.WaitForCloseAsync();

        Assert.Empty(_sessions.Open);
        await Assert.ThrowsAsync<SigningException>(async () => await pool.AcquireAsync(default));
    }

    [Fact]
    public async Task Acquire_ManyAtOnce_NeverMoreThanTheLimitAndNobodyForgotten()
    {
        var pool = NewPool(limit: 3);
        var inUse = 0;
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 500; round++)
            {
                using var lease = (PooledSession)await pool.AcquireAsync(default);
                InterlockedMax(ref most, Interlocked.Increment(ref inUse));
                lease.Broken = random.Next(50) == 0;
                Interlocked.Decrement(ref inUse);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(most, 1, 3);
        Assert.Equal((0, 0), (pool.InUseCount, pool.QueueLength));
        Assert.InRange(pool.OpenCount, 0, 3);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value
            && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private static void AcquireAndReturn(SessionPool pool, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var acquired = pool.AcquireAsync(default);
            if (acquired.IsCompletedSuccessfully)
                acquired.Result.Dispose();
            else
                Assert.Fail("The session was free and had to be waited for.");
        }
    }

    private static async Task<ISigningLease> AcquireAsync(SessionPool pool) =>
        await pool.AcquireAsync(default).AsTask().WaitAsync(QueueTimeout);

    private SessionPool NewPool(int limit) =>
        _pool = new SessionPool(_sessions, "test", limit, QueueTimeout, null, _time);
}
