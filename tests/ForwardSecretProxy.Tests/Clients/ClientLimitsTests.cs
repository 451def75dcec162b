using System.Net;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Clients;

public class ClientLimitsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.66");

    private readonly ManualTime _time = new();
    private readonly ClientLimits _limits;

    public ClientLimitsTests() => _limits = new ClientLimits(_time);

    [Fact]
    public void TryEnter_MoreThanTheMost_IsRefusedUntilOneLeaves()
    {
        Configure(connections: 2, rate: 0);
        Assert.True(_limits.TryEnter(Client, out var first));
        Assert.True(_limits.TryEnter(Client, out _));
        Assert.False(_limits.TryEnter(Client, out _));
        Assert.True(_limits.TryEnter(IPAddress.Parse("192.0.2.67"), out _));

        first.Leave();

        Assert.True(_limits.TryEnter(Client, out _));
        Assert.False(_limits.TryEnter(Client, out _));
    }

    [Theory]
    [InlineData("192.0.2.66", "::ffff:192.0.2.66", true)]
    [InlineData("192.0.2.66", "192.0.2.67", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void TryEnter_OneClientOrTwo_IsDecidedByTheNetwork(string one, string other, bool same)
    {
        Configure(connections: 1, rate: 0);
        Assert.True(_limits.TryEnter(IPAddress.Parse(one), out _));
        Assert.Equal(!same, _limits.TryEnter(IPAddress.Parse(other), out _));
    }

    [Fact]
    public void TryEnter_TooFast_HasABurstAndThenItsRate()
    {
        Configure(connections: 0, rate: 10);
        Assert.Equal(10 * ClientLimits.BurstSeconds, EnterWhilePossible());

        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(0, EnterWhilePossible());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, EnterWhilePossible());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, EnterWhilePossible());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10 * ClientLimits.BurstSeconds, EnterWhilePossible());
    }

    [Fact]
    public void TryEnter_ClientThatHasLeft_IsNotForgottenBeforeItsBucketIsFull()
    {
        Configure(connections: 0, rate: 10);
        EnterWhilePossible();
        _time.Advance(TimeSpan.FromSeconds(ClientLimits.BurstSeconds - 1));
        EnterAndLeave("192.0.2.67");

        Assert.Equal(10 * (ClientLimits.BurstSeconds - 1), EnterWhilePossible());
    }

    [Fact]
    public void Configure_WhileThereAreConnections_CountsThoseToo()
    {
        Configure(connections: 3, rate: 0);
        Assert.True(_limits.TryEnter(Client, out var one));
        Assert.True(_limits.TryEnter(Client, out var two));

        Configure(connections: 1, rate: 0);

        Assert.False(_limits.TryEnter(Client, out _));
        one.Leave();
        Assert.False(_limits.TryEnter(Client, out _));
        two.Leave();
        Assert.True(_limits.TryEnter(Client, out _));

        Configure(connections: 2, rate: 0);
        Assert.True(_limits.TryEnter(Client, out _));
    }

    [Fact]
    public void Configure_Rate_HoldsFromTheNextOneOn()
    {
        Configure(connections: 0, rate: 1);
        Assert.Equal(ClientLimits.BurstSeconds, EnterWhilePossible());

        Configure(connections: 0, rate: 100);
        _time.Advance(TimeSpan.FromSeconds(ClientLimits.BurstSeconds));

        Assert.Equal(100 * ClientLimits.BurstSeconds, EnterWhilePossible());
    }

    [Theory]
    [InlineData("127.0.0.66", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.66", false)]
    public void TryEnter_Defaults_HoldForStrangersOnly(string address, bool isFree)
    {
        _limits.Configure(new LimitOptions());
        var client = IPAddress.Parse(address);
        for (var i = 0; i < 500; i++) Assert.True(_limits.TryEnter(client, out _));
        Assert.Equal(isFree, _limits.TryEnter(client, out _));

        _time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 500; i++) _limits.TryEnter(client, out _);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(isFree, _limits.TryEnter(client, out _));
    }

    [Fact]
    public void TryEnter_WhatIsSet_HoldsForLoopbackToo()
    {
        Configure(connections: 1, rate: 0);
        Assert.True(_limits.TryEnter(IPAddress.Loopback, out _));
        Assert.False(_limits.TryEnter(IPAddress.Loopback, out _));
    }

    [Fact]
    public void Count_CrowdThatCameOnce_IsBounded()
    {
        Configure(connections: 10, rate: 1);
        for (var i = 0; i < 3 * ClientLimits.MaxIdle; i++) EnterAndLeave(new IPAddress(0x0A000000L + i));
        Assert.Equal(ClientLimits.MaxIdle, _limits.Count);

        _time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < ClientLimits.MaxIdle; i++) EnterAndLeave("192.0.2.66");
        Assert.InRange(_limits.Count, 1, 2);
    }

    [Fact]
    public void Count_NoRate_KeepsOnlyWhoIsConnected()
    {
        Configure(connections: 10, rate: 0);
        Assert.True(_limits.TryEnter(Client, out var seat));
        for (var i = 0; i < 100; i++) EnterAndLeave(new IPAddress(0x0A000000L + i));
        seat.Leave();
        EnterAndLeave("192.0.2.67");

        Assert.InRange(_limits.Count, 1, 2);
    }

    [Fact]
    public void TryEnter_OnceTheTableHasGrown_AllocatesNothing()
    {
        Configure(connections: 10, rate: 1000);
        var clients = Enumerable.Range(0, 1000).Select(i => new IPAddress(0x0A000000L + i)).ToArray();
        var seats = new ClientSeat[clients.Length];
        Round();
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Round();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Round()
        {
            for (var i = 0; i < clients.Length; i++) _limits.TryEnter(clients[i], out seats[i]);
            for (var i = 0; i < clients.Length; i++) seats[i].Leave();
        }
    }

    [Fact]
    public void TryEnter_AnyOrder_AgreesWithASimpleCount()
    {
        Configure(connections: 3, rate: 0);
        var random = new Random(4);
        var open = new List<(int Client, ClientSeat Seat)>();
        for (var step = 0; step < 50_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            if (open.Count > 0 && random.Next(2) == 0)
            {
                var index = random.Next(open.Count);
                open[index].Seat.Leave();
                open.RemoveAt(index);
                continue;
            }

            var client = random.Next(40);
            var expected = open.Count(each => each.Client == client) < 3;
            Assert.Equal(expected, _limits.TryEnter(new IPAddress(0x0A000000L + client), out var seat));
            if (expected) open.Add((client, seat));
        }
    }

    private void Configure(int connections, int rate) => _limits.Configure(new LimitOptions
    {
        MaxConnectionsPerClient = connections,
        MaxHandshakesPerClientPerSecond = rate,
    });

    private void EnterAndLeave(string address) => EnterAndLeave(IPAddress.Parse(address));

    private void EnterAndLeave(IPAddress address)
    {
        if (_limits.TryEnter(address, out var seat)) seat.Leave();
    }

    private int EnterWhilePossible()
    {
        var count = 0;
        while (_limits.TryEnter(Client, out var seat))
        {
            seat.Leave();
            count++;
        }

        return count;
    }
}
