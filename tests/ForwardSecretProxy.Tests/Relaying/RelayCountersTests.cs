using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Relaying;

public class RelayCountersTests
{
    [Fact]
    public void Counters_WhatHappens_IsCountedInItsPlaceAndNoOther()
    {
        var counters = new RelayCounters("mail", RelayProtocol.Pop3);
        counters.Opened();
        counters.Opened();
        counters.Closed();
        Times(3, counters.Upgraded);
        Times(4, counters.Refused);
        Times(5, counters.Injected);
        Times(6, counters.BackendFailed);
        counters.Relayed(int.MaxValue, fromClient: true);
        counters.Relayed(int.MaxValue, fromClient: true);
        counters.Relayed(7, fromClient: false);

        Assert.Equal(("mail", "pop3"), (counters.Listener, counters.Protocol));
        Assert.Equal(
            [2, 1, 3, 4, 5, 6, 2L * int.MaxValue, 7],
            [
                counters.Connections, counters.Open, counters.Upgrades, counters.Refusals, counters.Injections,
                counters.BackendFailures, counters.FromClients, counters.FromBackends,
            ]);
    }

    private static void Times(int count, Action action)
    {
        for (var i = 0; i < count; i++) action();
    }
}
