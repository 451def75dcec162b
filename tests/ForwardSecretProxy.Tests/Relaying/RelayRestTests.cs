using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Tests.Mail;

namespace ForwardSecretProxy.Tests.Relaying;

public class RelayRestTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(RelayProtocol.Imap, false, true)]
    [InlineData(RelayProtocol.Imap, true, false)]
    [InlineData(RelayProtocol.Tcp, false, false)]
    public void IsAtRest_LastWord_IsTheBackendsInAMailSession(object protocol, bool fromClient, bool expected)
    {
        var relay = new Relay(new MemoryEnd(() => 1), new RelayCounters("x", (RelayProtocol)protocol), TimeSpan.FromMinutes(1));
        relay.Note(1, !fromClient);
        relay.Note(1, fromClient);
        var now = Environment.TickCount64;

        Assert.False(relay.IsAtRest(now + 1000, Rest));
        Assert.Equal(expected, relay.IsAtRest(now + 2000, Rest));
    }
}
