using ForwardSecretProxy.Listeners;

namespace ForwardSecretProxy.Tests.Listeners;

public class HandshakeAdmissionTests
{
    [Fact]
    public async Task EnterAsync_PlacesTaken_WaitsAndGoesInOrder()
    {
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 2);
        Assert.True(await admission.EnterAsync(CancellationToken.None));
        var first = admission.EnterAsync(CancellationToken.None).AsTask();
        var second = admission.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted);

        admission.Leave();

        Assert.True(await first);
        Assert.False(second.IsCompleted);
        admission.Leave();
        Assert.True(await second);
    }

    [Fact]
    public async Task EnterAsync_QueueFull_IsTurnedAwayAtOnce()
    {
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 1);
        Assert.True(await admission.EnterAsync(CancellationToken.None));
        var waiting = admission.EnterAsync(CancellationToken.None).AsTask();

        Assert.False(await admission.EnterAsync(CancellationToken.None));

        admission.Leave();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task EnterAsync_Cancelled_GivesItsPlaceInTheQueueBack()
    {
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 1);
        using var stop = new CancellationTokenSource();
        Assert.True(await admission.EnterAsync(CancellationToken.None));
        var waiting = admission.EnterAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = admission.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        admission.Leave();
        Assert.True(await next);
    }

    [Fact]
    public async Task Configure_MoreRoom_LetsThoseWhoWaitBegin()
    {
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 2);
        Assert.True(await admission.EnterAsync(CancellationToken.None));
        var first = admission.EnterAsync(CancellationToken.None).AsTask();
        var second = admission.EnterAsync(CancellationToken.None).AsTask();

        admission.Configure(maxConcurrent: 2, maxQueued: 0);

        Assert.True(await first);
        Assert.False(second.IsCompleted);
        Assert.Equal(3, admission.Count);
        Assert.False(await admission.EnterAsync(CancellationToken.None));
    }
    [Fact]
    public async Task StepAside_ForTheToken_LetsTheNextBeginAndComesBackAtOnce()
    {
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 2);
        Assert.True(await admission.EnterAsync(CancellationToken.None));
        var next = admission.EnterAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);

        admission.StepAside();
        Assert.True(await next);
        Assert.Equal((1, 2), (admission.Running, admission.Count));

        admission.ComeBack();
        Assert.Equal((2, 2), (admission.Running, admission.Count));
        var third = admission.EnterAsync(CancellationToken.None).AsTask();
        admission.Leave();
        Assert.False(third.IsCompleted);
        admission.Leave();
        Assert.True(await third);
    }
}
