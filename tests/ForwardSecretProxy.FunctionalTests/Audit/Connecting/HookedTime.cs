namespace ForwardSecretProxy.FunctionalTests.Audit.Connecting;

/// <summary>A clock whose timers fire at once, after a test was told of them.</summary>
/// <param name="paused">Takes how long it should have been.</param>
internal sealed class HookedTime(Action<TimeSpan> paused) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        paused(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
