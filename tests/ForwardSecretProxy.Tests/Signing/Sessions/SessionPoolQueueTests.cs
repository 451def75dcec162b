using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

/// <summary>One session, and more who want it than it is enough for.</summary>
public sealed class SessionPoolQueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Signature = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly SessionPool _pool;

    public SessionPoolQueueTests() =>
        _pool = new SessionPool(new ScriptedSessions(), "test", 1, TimeSpan.FromSeconds(10), null, _time);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task Acquire_ClientWithAThousandConnections_LetsAnotherTakeItsTurn()
    {
        var lease = await ClaimAsync(1);
        var crowd = Enumerable.Range(0, 1_000).Select(_ => ClaimAsync(1)).ToList();
        var other = ClaimAsync(2);

        lease.Dispose();
        (await crowd[0].WaitAsync(Patience)).Dispose();

        await other.WaitAsync(Patience);
        Assert.False(crowd[1].IsCompleted);
    }

    [Fact]
    public async Task Acquire_WaitWouldBeTooLong_IsRefusedAtOnceWithTheFigures()
    {
        await LearnAsync();
        using var lease = await ClaimAsync(1);

        var waiting = await FillAsync();

        // One that is being signed, 48 that wait, and its own make the 5 s.
        Assert.Equal(49, waiting.Count);
        var error = await Assert.ThrowsAsync<SigningException>(() => ClaimAsync(1, Limit));
        Assert.True(error.IsBusy);
        Assert.Contains("a signature takes 100 ms and 49 handshakes wait for 1 session,", error.Message, StringComparison.Ordinal);
        Assert.Contains("signed in 5.1 s, and it has 5.0 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("Raise Sessions", error.Message, StringComparison.Ordinal);
        Assert.Equal(49, _pool.QueueLength);
        Assert.Equal(2, _pool.RefusalCount(SigningRefusal.TooLate));
    }

    [Fact]
    public async Task Acquire_QueueOfAnotherClient_DoesNotRefuseThisOne()
    {
        await LearnAsync();
        using var lease = await ClaimAsync(1);
        await FillAsync();

        var other = ClaimAsync(2, Limit);
        var own = ClaimAsync(0, Limit);

        Assert.False(other.IsCompleted);
        Assert.False(own.IsCompleted);
    }

    [Fact]
    public async Task Acquire_NothingKnownOfTheToken_RefusesNobody()
    {
        using var lease = await ClaimAsync(1);

        var waiting = Enumerable.Range(0, 500).Select(_ => ClaimAsync(1, Limit)).ToList();

        Assert.Equal(500, _pool.QueueLength);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
    }

    [Fact]
    public async Task Acquire_AfterAPause_RefusesNobody()
    {
        await LearnAsync();
        _time.Advance(HoldTime.Memory + TimeSpan.FromSeconds(1));
        using var lease = await ClaimAsync(1);

        for (var i = 0; i < 200; i++) _ = ClaimAsync(1, Limit);

        Assert.Equal(200, _pool.QueueLength);
    }

    [Fact]
    public async Task Acquire_FastTokenAndABurst_RefusesNobody()
    {
        await LearnAsync(TimeSpan.FromMilliseconds(0.2));
        using var lease = await ClaimAsync(1);

        for (var i = 0; i < 4_000; i++) _ = ClaimAsync(1, Limit);

        Assert.Equal(4_000, _pool.QueueLength);
    }

    [Fact]
    public async Task Acquire_TokenFasterAgain_IsNotRefusedForLong()
    {
        await LearnAsync();
        var lease = await ClaimAsync(1);
        var waiting = await FillAsync();

        foreach (var next in waiting.Take(16))
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            lease.Dispose();
            lease = await next.WaitAsync(Patience);
        }

        for (var i = 0; i < 100; i++) _ = ClaimAsync(1, Limit);
        Assert.Equal(waiting.Count - 16 + 100, _pool.QueueLength);
        lease.Dispose();
    }

    [Fact]
    public async Task Acquire_MoreSessions_ShortenTheWait()
    {
        _pool.Configure(4, TimeSpan.FromSeconds(10));
        await LearnAsync();
        for (var i = 0; i < 4; i++) await ClaimAsync(1);

        Assert.Equal(4 * 49, (await FillAsync()).Count);
    }

    [Fact]
    public async Task Acquire_OwnLimit_EndsTheWaitBeforeThePools()
    {
        using var lease = await ClaimAsync(1);
        var waiting = ClaimAsync(1, TimeSpan.FromSeconds(2));
        var patient = ClaimAsync(1);

        _time.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<SigningException>(() => waiting);
        Assert.True(error.IsBusy);
        Assert.Contains("within 2 s (1 of 1 in use)", error.Message, StringComparison.Ordinal);
        Assert.False(patient.IsCompleted);
        Assert.Equal(1, _pool.RefusalCount(SigningRefusal.TimedOut));
    }

    [Fact]
    public async Task Acquire_NoTimeLeft_IsServedWhenASessionIsIdleAndElseRefused()
    {
        using var lease = await ClaimAsync(1, TimeSpan.FromSeconds(-1));

        var waiting = ClaimAsync(1, TimeSpan.FromSeconds(-1));
        _time.Advance(TimeSpan.Zero);

        await Assert.ThrowsAsync<SigningException>(() => waiting);
    }

    [Fact]
    public async Task Acquire_QueueFull_TakesTheLastPlaceOfWhoHasTheMost()
    {
        using var lease = await ClaimAsync(1);
        var crowd = Enumerable.Range(0, SessionQueue.Capacity).Select(_ => ClaimAsync(1)).ToList();

        var same = await Assert.ThrowsAsync<SigningException>(() => ClaimAsync(1));
        var other = ClaimAsync(2);

        Assert.True(same.IsBusy);
        var displaced = await Assert.ThrowsAsync<SigningException>(() => crowd[^1]);
        Assert.True(displaced.IsBusy);
        Assert.False(crowd[^2].IsCompleted);
        Assert.False(other.IsCompleted);
        Assert.Equal(SessionQueue.Capacity, _pool.QueueLength);
        Assert.Equal(2, _pool.RefusalCount(SigningRefusal.QueueFull));
    }

    private Task<ISigningLease> ClaimAsync(ulong client, TimeSpan? limit = null) =>
        _pool.AcquireAsync(new SigningClaim(client, limit), default).AsTask();

    /// <summary>Lets the pool see how long a signature takes.</summary>
    private async Task LearnAsync(TimeSpan? signature = null)
    {
        for (var i = 0; i < HoldTime.Needed; i++)
        {
            using var lease = await ClaimAsync(1);
            _time.Advance(signature ?? Signature);
        }
    }

    /// <summary>Those of a client that are let in, up to the first that is not.</summary>
    private async Task<List<Task<ISigningLease>>> FillAsync()
    {
        var waiting = new List<Task<ISigningLease>>();
        while (true)
        {
            try
            {
                var next = ClaimAsync(1, Limit);
                if (next.IsFaulted) await next;
                waiting.Add(next);
            }
            catch (SigningException)
            {
                return waiting;
            }
        }
    }
}
