using System.Diagnostics;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class ArrivalScheduleTests
{
    private static readonly long Second = Stopwatch.Frequency;

    [Fact]
    public void TryTake_OnTime_GivesEvenDistances()
    {
        var schedule = new ArrivalSchedule(start: 0, rate: 4);

        Assert.True(schedule.TryTake(0, out var first));
        Assert.False(schedule.TryTake((Second / 4) - 1, out _));
        Assert.True(schedule.TryTake(Second / 4, out var second));

        Assert.Equal((0, Second / 4), (first, second));
        Assert.Equal(Second / 2, schedule.NextDue);
    }

    [Fact]
    public void TryTake_AfterAStall_GivesEveryMissedArrivalItsOwnTime()
    {
        var schedule = new ArrivalSchedule(start: 0, rate: 10);

        var due = new List<long>();
        while (schedule.TryTake(Second, out var each))
            due.Add(each);

        Assert.Equal(Enumerable.Range(0, 11).Select(index => index * Second / 10), due);
    }

    [Fact]
    public void TryTake_AWeekAtAnOddRate_DoesNotDrift()
    {
        const int week = 7 * 24 * 3600;
        var schedule = new ArrivalSchedule(start: 0, rate: 3);
        for (var taken = 0; taken < 3 * 1000; taken++)
            Assert.True(schedule.TryTake(week * Second, out _));

        Assert.InRange(schedule.NextDue - (1000 * Second), -1, 1);
    }

    [Fact]
    public void TryTake_Parts_AreTheWholeDealtInTurn()
    {
        long[] whole = [.. All(new ArrivalSchedule(0, 100))];
        long[] parts = [.. Enumerable.Range(0, 3).SelectMany(part => All(new ArrivalSchedule(0, 100, part, 3))).Order()];

        Assert.Equal(whole, parts);
    }

    private static IEnumerable<long> All(ArrivalSchedule schedule)
    {
        while (schedule.TryTake(Second, out var due))
            yield return due;
    }
}
