using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Relaying;

public class BackendPoolTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    [Fact]
    public void InOrder_RoundRobin_BeginsWithEachInTurn()
    {
        var pool = Pool(Balancing.RoundRobin, "a", "b", "c");

        Assert.Equal(["abc", "bca", "cab", "abc"], Enumerable.Range(0, 4).Select(_ => Order(pool)));
    }

    [Fact]
    public void InOrder_OneThatHasFailed_ComesLastUntilItHasRested()
    {
        var pool = Pool(Balancing.RoundRobin, "a", "b", "c");
        pool.Backends[0].Failed();

        Assert.Equal(["bca", "bca", "cba"], Enumerable.Range(0, 3).Select(_ => Order(pool)));
        _time.Advance(Rest - TimeSpan.FromTicks(1));
        Assert.Equal("bca", Order(pool));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["bca", "cab", "abc"], Enumerable.Range(0, 3).Select(_ => Order(pool)));
    }

    [Fact]
    public void InOrder_OneThatAnswersAgain_IsInItsTurn()
    {
        var pool = Pool(Balancing.RoundRobin, "a", "b");
        pool.Backends[0].Failed();
        pool.Backends[0].Answered();

        Assert.Equal("ab", Order(pool));
    }

    [Fact]
    public void InOrder_AllHaveFailed_AreTriedAllTheSame()
    {
        var pool = Pool(Balancing.RoundRobin, "a", "b");
        foreach (var backend in pool.Backends) backend.Failed();

        Assert.Equal(["ab", "ba"], Enumerable.Range(0, 2).Select(_ => Order(pool)));
    }

    [Fact]
    public void InOrder_LeastConnections_BeginsWithTheOneThatHasFewest()
    {
        var pool = Pool(Balancing.LeastConnections, "a", "b", "c");
        Enter(pool, 2, 1, 0);

        Assert.Equal("cba", Order(pool));
        pool.Backends[0].Leave();
        pool.Backends[0].Leave();
        Assert.Equal("cab", Order(pool));
        pool.Backends[0].Failed();
        Assert.Equal("cba", Order(pool));
    }

    [Fact]
    public void InOrder_LeastConnectionsAmongEquals_IsStillInTurn()
    {
        var pool = Pool(Balancing.LeastConnections, "a", "b");

        Assert.Equal(["ab", "ba", "ab"], Enumerable.Range(0, 3).Select(_ => Order(pool)));
    }

    [Fact]
    public void InOrder_One_IsThatOne()
    {
        var pool = Pool(Balancing.RoundRobin, "a");
        pool.Backends[0].Failed();

        Assert.Equal("a", Order(pool));
    }

    [Theory]
    [InlineData(Balancing.RoundRobin)]
    [InlineData(Balancing.LeastConnections)]
    public void InOrder_None_IsNone(object balancing) => Assert.Empty(Pool((Balancing)balancing).InOrder());

    private static void Enter(BackendPool pool, params int[] counts)
    {
        foreach (var (backend, count) in pool.Backends.Zip(counts))
            for (var i = 0; i < count; i++) backend.Enter();
    }

    private static string Order(BackendPool pool) => string.Concat(pool.InOrder().Select(backend => backend.Address.Host));

    private BackendPool Pool(Balancing balancing, params string[] names) =>
        new([.. names.Select(name => new BackendAddress(name, 1))], balancing, Rest, _time);
}
