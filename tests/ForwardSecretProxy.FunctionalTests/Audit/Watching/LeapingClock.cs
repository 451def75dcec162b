namespace ForwardSecretProxy.FunctionalTests.Audit.Watching;

/// <summary>A clock on which nobody waits: whoever wants to be woken is, at once, and so much later it is then.</summary>
internal sealed class LeapingClock : TimeProvider
{
    /// <summary>The least that passes when somebody waits.</summary>
    public TimeSpan Stride { get; init; }

    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Time in which nobody waited.</summary>
    public void Leap(TimeSpan time) => _now += time;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _now += dueTime > Stride ? dueTime : Stride;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
