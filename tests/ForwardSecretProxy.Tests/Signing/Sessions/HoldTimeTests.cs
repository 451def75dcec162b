using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

public class HoldTimeTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();
    private readonly HoldTime _holdTime;

    public HoldTimeTests() => _holdTime = new HoldTime(_time);

    [Fact]
    public void Average_TooFew_IsNotKnown()
    {
        Assert.Null(_holdTime.Average);
        for (var i = 0; i < HoldTime.Needed - 1; i++) Hold(Slow);
        Assert.Null(_holdTime.Average);

        Hold(Slow);

        Assert.Equal(Slow, _holdTime.Average);
    }

    [Fact]
    public void Average_AfterAPause_IsForgottenAndLearntAnew()
    {
        for (var i = 0; i < 10; i++) Hold(Slow);

        _time.Advance(HoldTime.Memory + TimeSpan.FromTicks(1));
        Assert.Null(_holdTime.Average);
        Hold(Fast);
        Assert.Null(_holdTime.Average);
        for (var i = 1; i < HoldTime.Needed; i++) Hold(Fast);

        Assert.Equal(Fast, _holdTime.Average);
    }

    [Fact]
    public void Average_TokenFasterAgain_IsBelievedSoon()
    {
        for (var i = 0; i < 100; i++) Hold(Slow);

        for (var i = 0; i < 24; i++) Hold(Fast);

        Assert.InRange(_holdTime.Average!.Value, Fast, 6 * Fast);
    }

    [Fact]
    public void Average_TokenSlowerNow_IsBelievedSoon()
    {
        for (var i = 0; i < 100; i++) Hold(Fast);

        for (var i = 0; i < 24; i++) Hold(Slow);

        Assert.InRange(_holdTime.Average!.Value, 0.7 * Slow, Slow);
    }

    [Fact]
    public void Average_OneOutlier_SaysLittle()
    {
        for (var i = 0; i < 100; i++) Hold(Fast);

        Hold(TimeSpan.FromSeconds(9));

        Assert.InRange(_holdTime.Average!.Value, Fast, 1.5 * Fast);
    }

    private void Hold(TimeSpan duration)
    {
        var from = _time.GetTimestamp();
        _time.Advance(duration);
        _holdTime.Add(from, _time.GetTimestamp());
    }
}
