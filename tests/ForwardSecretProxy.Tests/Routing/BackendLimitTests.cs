using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Tests.Routing;

public class BackendLimitTests
{
    [Fact]
    public async Task Enter_NoneFree_WaitsForOneOrForTheEndOfItsTime()
    {
        var limit = new BackendLimit(1);
        await limit.EnterAsync(CancellationToken.None);
        using var time = new CancellationTokenSource();

        var late = limit.EnterAsync(time.Token).AsTask();
        await time.CancelAsync();
        await Assert.ThrowsAsync<BackendsBusyException>(async () => await late);
        var next = limit.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        limit.Leave();

        await next;
    }

    [Fact]
    public async Task Max_Raised_LetsInWhoWaits()
    {
        var limit = new BackendLimit(1);
        await limit.EnterAsync(CancellationToken.None);
        var next = limit.EnterAsync(CancellationToken.None).AsTask();

        limit.Max = 2;

        await next;
    }

    [Fact]
    public async Task Max_Lowered_TakesNobodyInForThoseWhoLeave()
    {
        var limit = new BackendLimit(3);
        for (var connection = 0; connection < 3; connection++)
            await limit.EnterAsync(CancellationToken.None);

        limit.Max = 1;
        var next = limit.EnterAsync(CancellationToken.None).AsTask();
        limit.Leave();
        limit.Leave();
        Assert.False(next.IsCompleted);
        limit.Leave();

        await next;
        Assert.False(limit.EnterAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Max_LoweredAndRaised_IsWhatItWas()
    {
        var limit = new BackendLimit(2) { Max = 1 };
        limit.Max = 2;

        await limit.EnterAsync(CancellationToken.None);
        await limit.EnterAsync(CancellationToken.None);
        Assert.False(limit.EnterAsync(CancellationToken.None).AsTask().IsCompleted);
    }
}
