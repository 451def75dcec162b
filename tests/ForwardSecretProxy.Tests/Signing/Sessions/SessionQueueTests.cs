using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Tests.Signing.Sessions;

public class SessionQueueTests
{
    private readonly ManualTime _time = new();
    private readonly SessionQueue _queue = new();

    [Fact]
    public void Dequeue_OneClient_IsInOrderOfArrival()
    {
        var waiters = Enqueue(7, 7, 7);

        Assert.Equal(waiters, DequeueAll());
    }

    [Fact]
    public void Dequeue_Clients_TakeTurns()
    {
        Enqueue(1, 1, 1, 1, 2, 2, 3);

        Assert.Equal([1, 2, 3, 1, 2, 1, 1], Clients(DequeueAll()));
    }

    [Fact]
    public void Dequeue_ManyOfOneClient_KeepAnotherWaitingForOneTurn()
    {
        Enqueue([.. Enumerable.Repeat(1UL, 1_000)]);
        _queue.Dequeue();
        var newcomer = Enqueue(2)[0];

        Assert.Equal(1UL, _queue.Dequeue()!.Client);
        Assert.Same(newcomer, _queue.Dequeue());
    }

    [Fact]
    public void Dequeue_ClientThatComesAgainAtOnce_GoesBehindTheOthers()
    {
        Enqueue(1, 2, 3);
        Assert.Equal(1UL, _queue.Dequeue()!.Client);
        Enqueue(1);

        Assert.Equal([2, 3, 1], Clients(DequeueAll()));
    }

    [Fact]
    public void Dequeue_TheProxyItself_ComesFirstOnce()
    {
        Enqueue(1, 1, 2, 0, 0);

        Assert.Equal([0, 1, 2, 0, 1], Clients(DequeueAll()));
    }

    [Fact]
    public void Remove_AnyOfThem_LeavesTheOthersInTheirOrder()
    {
        var waiters = Enqueue(1, 2, 1, 3);

        _queue.Remove(waiters[0]);
        _queue.Remove(waiters[1]);
        _queue.Remove(waiters[1]);

        Assert.Equal(2, _queue.Count);
        Assert.Equal([waiters[2], waiters[3]], DequeueAll());
        _queue.Remove(waiters[2]);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void PlaceOfNext_AnyQueue_IsHowManyAreServedBefore()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            Enqueue([.. Enumerable.Range(0, random.Next(40)).Select(_ => (ulong)random.Next(1, 6))]);
            for (var served = random.Next(1 + (_queue.Count / 2)); served > 0; served--) _queue.Dequeue();
            var client = (ulong)random.Next(1, 7);
            var clients = Clients(_queue);
            var expected = _queue.PlaceOfNext(client);

            var last = Enqueue(client)[0];
            var actual = DequeueAll().IndexOf(last);

            // Who was served in this round already comes after it, which the place does not know.
            Assert.InRange(actual, expected - clients, expected);
        }
    }

    [Fact]
    public void PlaceOfNext_NobodyServedYet_IsExact()
    {
        Enqueue(1, 1, 1, 1, 2, 2, 3);

        Assert.Equal(
            [0, 7, 6, 5, 3], new ulong[] { 0, 1, 2, 3, 4 }.Select(_queue.PlaceOfNext));
    }

    [Fact]
    public void FindDisplaced_Full_IsTheLastOfWhoHasTheMost()
    {
        Enqueue(1);
        var greedy = Enqueue(2, 2, 2);

        Assert.Same(greedy[2], _queue.FindDisplaced(1));
        Assert.Same(greedy[2], _queue.FindDisplaced(9));
        Assert.Null(_queue.FindDisplaced(2));
        _queue.Remove(greedy[2]);
        Assert.Null(_queue.FindDisplaced(1));
    }

    [Fact]
    public void FindDisplaced_FullOfOneClient_GivesWayToOthersOnly()
    {
        Assert.Null(_queue.FindDisplaced(1));

        var greedy = Enqueue([.. Enumerable.Repeat(1ul, SessionQueue.Capacity)]);

        Assert.Null(_queue.FindDisplaced(1));
        Assert.Same(greedy[^1], _queue.FindDisplaced(2));
    }

    private SessionWaiter[] Enqueue(params ulong[] clients) => [.. clients.Select(client =>
    {
        var waiter = new SessionWaiter(client, TimeSpan.FromSeconds(10), _time);
        _queue.Enqueue(waiter);
        return waiter;
    })];

    private List<SessionWaiter> DequeueAll()
    {
        var waiters = new List<SessionWaiter>();
        while (_queue.Dequeue() is { } waiter) waiters.Add(waiter);
        Assert.Equal(0, _queue.Count);
        return waiters;
    }

    private static IEnumerable<ulong> Clients(IEnumerable<SessionWaiter> waiters) => waiters.Select(waiter => waiter.Client);

    private static int Clients(SessionQueue queue) =>
        Enumerable.Range(1, 6).Count(client => queue.PlaceOfNext((ulong)client) > queue.PlaceOfNext(99));
}
