using ForwardSecretProxy.Audit.Checks;
using static ForwardSecretProxy.Tests.Audit.Checks.Endpoints;

namespace ForwardSecretProxy.Tests.Audit.Checks;

public class TicketKeysTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public void Recognise_TicketsWithoutACommonName_FindsNoKey() =>
        Assert.Empty(TicketKeys.Recognise([Ticket(0, "AA", 1), Ticket(1, "BB", 1), Ticket(2, "CC", 1)]));

    [Fact]
    public void Recognise_NoTickets_FindsNoKey() => Assert.Empty(TicketKeys.Recognise([]));

    [Fact]
    public void Recognise_TicketsOutOfOrder_MeasuresFromTheFirstToTheLast()
    {
        var key = Assert.Single(TicketKeys.Recognise([Ticket(100, "aa", 1), Ticket(5, "AA", 1), Ticket(50, "AA", 1)]));

        Assert.Equal(3, key.Tickets);
        Assert.Equal(TimeSpan.FromSeconds(95), key.Observed);
    }

    [Fact]
    public void AreReplacedWithin_SeveralMachinesWithinSeconds_IsNotTakenForRotation()
    {
        var keys = TicketKeys.Recognise([Ticket(0, "AA", 1), Ticket(1, "AA", 1), Ticket(2, "BB", 1), Ticket(3, "BB", 1), Ticket(4, "CC", 1)]);

        Assert.Equal(3, keys.Count);
        Assert.False(TicketKeys.AreReplacedWithin(keys, Day));
    }

    [Fact]
    public void AreReplacedWithin_SeveralMachinesOverDays_OutliveTheLimit()
    {
        var keys = TicketKeys.Recognise(Enumerable.Range(0, 60).Select(hour => Ticket(hour * 3600, hour % 2 == 0 ? "AA" : "BB", 1)));

        Assert.True(TicketKeys.OutliveAny(keys, Day));
        Assert.False(TicketKeys.AreReplacedWithin(keys, Day));
    }

    [Fact]
    public void AreReplacedWithin_ANewKeyEveryTwelveHoursOverDays_IsRotation()
    {
        var keys = TicketKeys.Recognise(Enumerable.Range(0, 60).Select(hour => Ticket(hour * 3600, $"{hour / 12}", 1)));

        Assert.Equal(5, keys.Count);
        Assert.True(TicketKeys.AreReplacedWithin(keys, Day));
    }
}
