namespace ForwardSecretProxy.Tests.Acme;

/// <summary>A calendar in which nobody waits: a delay is over at once, and the time has gone on by as much.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private DateTimeOffset _now = Certificates.TestAuthority.Now;

    /// <summary>How long was waited, in sum.</summary>
    public TimeSpan Waited { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    /// <summary>Goes on.</summary>
    public void Advance(TimeSpan duration) => _now += duration;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waited += dueTime;
        Advance(dueTime);
        callback(state);
        return new Fired();
    }

    private sealed class Fired : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
