using ForwardSecretProxy.Listeners;

namespace ForwardSecretProxy.Tests.Listeners;

public class IdleClockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(80);

    private readonly ManualTime _time = new();

    [Fact]
    public void Token_BeforeAndAfterTheLimit_IsCancelledInBetween()
    {
        var clock = new IdleClock(Limit, _time);
        var token = clock.Token;

        _time.Advance(Limit);
        Assert.False(token.IsCancellationRequested);
        _time.Advance(Limit / 8);
        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public void Token_AskedForLate_HasAtLeastTheLimit()
    {
        var clock = new IdleClock(Limit, _time);
        _ = clock.Token;
        _time.Advance((Limit / 8) - TimeSpan.FromSeconds(1));
        var late = clock.Token;

        _time.Advance(Limit);

        Assert.False(late.IsCancellationRequested);
    }

    [Fact]
    public void Token_WithinAnEighth_IsShared()
    {
        var clock = new IdleClock(Limit, _time);
        var first = clock.Token;
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(first, clock.Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first, clock.Token);
    }

    [Fact]
    public void Stop_CancelsAllAndWhoComesLater()
    {
        var clock = new IdleClock(Limit, _time);
        var first = clock.Token;
        _time.Advance(Limit / 4);
        var second = clock.Token;

        clock.Stop();

        Assert.True(first.IsCancellationRequested);
        Assert.True(second.IsCancellationRequested);
        Assert.True(clock.Token.IsCancellationRequested);
    }
}
