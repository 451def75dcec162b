using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Redundancy;
using ForwardSecretProxy.Tests.Admin;

namespace ForwardSecretProxy.Tests.Signing.Redundancy;

/// <summary>A primary and two spares.</summary>
public sealed class KeyChoiceTests : IDisposable
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly StubSigner[] _tokens = [new(), new(), new()];
    private readonly RedundantPool[] _pools;

    public KeyChoiceTests() => _pools = [.. _tokens.Select(token => new RedundantPool([new TokenHealth(token, "t", _time)]))];

    public void Dispose() => Array.ForEach(_tokens, token => token.Dispose());

    [Fact]
    public void Check_AllWell_IsThePrimary()
    {
        var choice = Create(Settled);

        choice.Check();

        Assert.Equal((0, 0), (choice.Current, choice.FailOvers));
    }

    [Fact]
    public void Check_PrimaryFails_IsTheFirstSpareThatSigns()
    {
        var choice = Create(Settled);
        _tokens[0].IsAvailable = _tokens[1].IsAvailable = false;

        choice.Check();

        Assert.Equal((2, 1), (choice.Current, choice.FailOvers));
    }

    [Fact]
    public void Check_NobodySigns_StaysAsItIs()
    {
        var choice = Create(Settled);
        foreach (var token in _tokens) token.IsAvailable = false;

        choice.Check();

        Assert.Equal((0, 0), (choice.Current, choice.FailOvers));
    }

    [Fact]
    public void Check_PrimaryIsBack_IsUsedWhenItHasBeenWellForAWhile()
    {
        var choice = Create(Settled);
        _tokens[0].IsAvailable = false;
        choice.Check();
        _tokens[0].IsAvailable = true;
        choice.Check();

        _time.Advance(Settled - TimeSpan.FromSeconds(1));
        choice.Check();
        Assert.Equal(1, choice.Current);

        _time.Advance(TimeSpan.FromSeconds(1));
        choice.Check();
        Assert.Equal((0, 1), (choice.Current, choice.FailOvers));
    }

    [Fact]
    public void Check_PrimaryComesAndGoes_IsNotFollowed()
    {
        var choice = Create(Settled);
        for (var i = 0; i < 10; i++)
        {
            _tokens[0].IsAvailable = false;
            choice.Check();
            _tokens[0].IsAvailable = true;
            choice.Check();
            _time.Advance(Settled - TimeSpan.FromSeconds(1));
            choice.Check();
            Assert.Equal(1, choice.Current);
        }

        Assert.Equal(1, choice.FailOvers);
    }

    [Fact]
    public void Check_SpareFailsWhileThePrimarySettles_IsThePrimary()
    {
        var choice = Create(Settled);
        _tokens[0].IsAvailable = false;
        choice.Check();
        _tokens[0].IsAvailable = true;
        _tokens[1].IsAvailable = false;

        choice.Check();

        Assert.Equal((0, 2), (choice.Current, choice.FailOvers));
    }

    [Fact]
    public void Check_Manual_StaysWithTheSpareUntilTold()
    {
        var choice = Create(failBackAfter: null);
        _tokens[0].IsAvailable = false;
        choice.Check();
        choice.FailBack();
        Assert.Equal(1, choice.Current);

        _tokens[0].IsAvailable = true;
        choice.Check();
        _time.Advance(TimeSpan.FromDays(1));
        choice.Check();
        Assert.Equal(1, choice.Current);

        choice.FailBack();
        Assert.Equal(0, choice.Current);
    }

    [Fact]
    public void Create_InTheMiddle_GoesOnWithWhatWasInUse()
    {
        Assert.Equal(1, new KeyChoice(_pools, null, _time, _pools[1]).Current);

        _tokens[1].IsAvailable = false;
        Assert.Equal(0, new KeyChoice(_pools, null, _time, _pools[1]).Current);
        _tokens[0].IsAvailable = false;
        Assert.Equal(2, new KeyChoice(_pools, null, _time).Current);
    }

    [Fact]
    public async Task Check_SomebodyWaitsForThePrimary_IsLetGoOnceASpareCanSign()
    {
        var choice = Create(Settled);
        _tokens[0].BeforeLease = token => Task.Delay(Timeout.Infinite, token);
        var waiting = _pools[0].AcquireAsync(default, default).AsTask();
        foreach (var token in _tokens) token.IsAvailable = false;
        choice.Check();
        Assert.False(waiting.IsCompleted);

        _tokens[2].IsAvailable = true;
        choice.Check();

        await Assert.ThrowsAsync<SigningException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_TokenOfASingleKeyFails_LetsGoOnlyWhoHasSomewhereElseToGo(bool isAlone)
    {
        var choice = Create(Settled);
        using var single = new StubSigner();
        var shared = _pools[0].Tokens[0];
        var pool = new RedundantSigner([new WatchedSigner(single, shared)], isAlone).Pool;
        var given = new TaskCompletionSource();
        _tokens[0].BeforeLease = given.Task.WaitAsync;
        var waiting = pool.AcquireAsync(default, default).AsTask();
        var redundant = _pools[0].AcquireAsync(default, default).AsTask();

        shared.Suspect("it looks ill");
        choice.Check();

        await Assert.ThrowsAsync<SigningException>(() => redundant.WaitAsync(TimeSpan.FromSeconds(20)));
        if (isAlone)
        {
            // It may come after all.
            given.SetResult();
            using var lease = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        }
        else
        {
            await Assert.ThrowsAsync<SigningException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task Acquire_SingleKeyWhoseCallerGivesUp_IsCancelled()
    {
        var pool = new RedundantPool(_pools[0].Tokens, isAlone: true);
        _tokens[0].BeforeLease = token => Task.Delay(Timeout.Infinite, token);
        using var caller = new CancellationTokenSource();
        var waiting = pool.AcquireAsync(default, caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(pool, _pools[0]);
    }

    private KeyChoice Create(TimeSpan? failBackAfter) => new(_pools, failBackAfter, _time);
}
