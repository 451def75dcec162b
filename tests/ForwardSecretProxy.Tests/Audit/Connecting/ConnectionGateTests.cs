using System.Net;
using ForwardSecretProxy.Audit.Connecting;

namespace ForwardSecretProxy.Tests.Audit.Connecting;

public class ConnectionGateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task EnterAsync_MoreThanMayBeAtOnce_WaitForAPlace()
    {
        var gate = new ConnectionGate(2, null, _time);
        await gate.EnterAsync(default);
        await gate.EnterAsync(default);
        var third = gate.EnterAsync(default);
        Assert.False(third.IsCompleted);

        gate.Leave();

        await third.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(gate.EnterAsync(default).IsCompleted);
    }

    [Fact]
    public async Task EnterAsync_MoreThanMayBeInASecond_AreSpreadEvenly()
    {
        var gate = new ConnectionGate(8, 10, _time);
        var entries = Enumerable.Range(0, 4).Select(_ => gate.EnterAsync(default)).ToList();

        for (var entered = 1; entered < entries.Count; entered++)
        {
            Assert.Equal(entries.Count - entered, _time.TimerCount);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await entries[entered].WaitAsync(TimeSpan.FromSeconds(10));
        }

        // Time that nobody used is not saved up for a burst.
        _time.Advance(TimeSpan.FromSeconds(10));
        await gate.EnterAsync(default).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(gate.EnterAsync(default).IsCompleted);
    }

    [Fact]
    public async Task EnterAsync_Cancelled_GivesItsPlaceBack()
    {
        using var stop = new CancellationTokenSource();
        var gate = new ConnectionGate(1, 1, _time);
        await gate.EnterAsync(default);
        var waitingForAPlace = gate.EnterAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waitingForAPlace);

        using var stopTurn = new CancellationTokenSource();
        gate.Leave();
        var waitingForItsTurn = gate.EnterAsync(stopTurn.Token);
        await stopTurn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waitingForItsTurn);

        var next = gate.EnterAsync(default);
        Assert.Equal(1, _time.TimerCount);
        _time.Advance(TimeSpan.FromSeconds(2));
        await next.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task SlowDown_Gate_HalvesBothLimitsOnceASecond()
    {
        var gate = new ConnectionGate(4, null, _time);
        gate.SlowDown();
        gate.SlowDown();

        await gate.EnterAsync(default);
        var second = gate.EnterAsync(default);
        Assert.Equal(1, _time.TimerCount);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        await second.WaitAsync(TimeSpan.FromSeconds(10));

        // There were four places.
        var third = gate.EnterAsync(default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(third.IsCompleted);
        gate.Leave();
        await third.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task SlowDown_AgainAndAgain_LeavesOneConnectionAndTwoASecond()
    {
        var gate = new ConnectionGate(8, 50, _time);
        for (var i = 0; i < 20; i++)
        {
            gate.SlowDown();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await gate.EnterAsync(default);
        var second = gate.EnterAsync(default);
        Assert.False(second.IsCompleted);
        gate.Leave();
        await Task.Run(() => SpinWait.SpinUntil(() => _time.TimerCount == 1, TimeSpan.FromSeconds(10)));
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(1, _time.TimerCount);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await second.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Gates_OfOneAddress_AreOneAndLoopbackHasNoRate()
    {
        var gates = new ConnectionGates { MostAtOnce = 8, MostPerSecond = 1, Time = _time };

        Assert.Same(gates[IPAddress.Parse("192.0.2.1")], gates[IPAddress.Parse("192.0.2.1")]);
        Assert.NotSame(gates[IPAddress.Parse("192.0.2.1")], gates[IPAddress.Parse("192.0.2.2")]);
        foreach (var own in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            await gates[own].EnterAsync(default);
            await gates[own].EnterAsync(default).WaitAsync(TimeSpan.FromSeconds(10));
        }

        await gates[IPAddress.Parse("192.0.2.1")].EnterAsync(default);
        Assert.False(gates[IPAddress.Parse("192.0.2.1")].EnterAsync(default).IsCompleted);
    }
}
