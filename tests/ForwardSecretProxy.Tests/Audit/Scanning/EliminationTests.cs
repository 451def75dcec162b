using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Scanning;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

public class EliminationTests
{
    private static readonly int[] Order = [4, 2, 5];

    private static readonly ServerFlight Refusal = new() { Ending = FlightEnding.Alert };

    [Fact]
    public async Task RunAsync_ServerWithAnOrder_FindsItAndThatOnly()
    {
        var found = await RunAsync([1, 2, 3, 4, 5], left => Order.Where(left.Contains).Select(each => (int?)each).FirstOrDefault(), Refusal);

        Assert.Equal(Order, found.Accepted);
        Assert.True(found.IsComplete);
        Assert.Null(found.Stray);
    }

    [Fact]
    public async Task RunAsync_ServerThatDoesNotListen_Ends()
    {
        var found = await RunAsync([1, 2, 3], _ => 2, Refusal);

        Assert.Equal([2], found.Accepted);
        Assert.Equal(2, found.Stray);
    }

    [Fact]
    public async Task RunAsync_Silence_IsNotTakenForARefusal()
    {
        var found = await RunAsync([1, 2, 3], left => left.Count == 3 ? 1 : null, new ServerFlight { Ending = FlightEnding.TimedOut });

        Assert.Equal([1], found.Accepted);
        Assert.False(found.IsComplete);
    }

    private static Task<Elimination<int>> RunAsync(int[] candidates, Func<IReadOnlyList<int>, int?> choose, ServerFlight refusal)
    {
        int? choice = null;
        return Elimination<int>.RunAsync(candidates, left =>
        {
            choice = choose(left);
            return Task.FromResult(refusal);
        }, _ => choice);
    }
}
