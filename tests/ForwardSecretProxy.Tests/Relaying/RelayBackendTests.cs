using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Relaying;

public class RelayBackendTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    [Fact]
    public void State_AtTheBeginning_IsWell()
    {
        var backend = Backend();

        Assert.False(backend.IsResting);
        Assert.False(backend.Answered());
        Assert.Equal(0, backend.Connections);
    }

    [Fact]
    public void Failed_Again_IsNewsOnceAndRestsOnFromTheLast()
    {
        var backend = Backend();

        Assert.True(backend.Failed());
        _time.Advance(Rest / 2);
        Assert.False(backend.Failed());
        _time.Advance(Rest / 2);
        Assert.True(backend.IsResting);
        _time.Advance(Rest / 2);
        Assert.False(backend.IsResting);
    }

    [Fact]
    public void Answered_AfterFailures_IsNewsOnce()
    {
        var backend = Backend();
        backend.Failed();

        Assert.True(backend.Answered());
        Assert.False(backend.Answered());
        Assert.False(backend.IsResting);
        Assert.True(backend.Failed());
    }

    [Fact]
    public void Answered_LongAfterAFailure_IsNewsStill()
    {
        var backend = Backend();
        backend.Failed();
        _time.Advance(2 * Rest);

        Assert.True(backend.Answered());
    }

    [Fact]
    public void Connections_EnterAndLeave_AreCounted()
    {
        var backend = Backend();
        backend.Enter();
        backend.Enter();
        backend.Leave();

        Assert.Equal(1, backend.Connections);
    }

    private RelayBackend Backend() => new(new BackendAddress("a", 1), Rest, _time);
}
