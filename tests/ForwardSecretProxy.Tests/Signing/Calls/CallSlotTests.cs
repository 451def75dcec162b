using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Calls;

namespace ForwardSecretProxy.Tests.Signing.Calls;

public sealed class CallSlotTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    // Faults are told to the whole process: a name of our own tells ours from others'.
    private readonly string _token = Guid.NewGuid().ToString();
    private readonly CallSlot _slot = new(Thread.CurrentThread);
    private readonly TokenCalls _calls;
    private readonly List<TokenFault> _faults = [];

    public CallSlotTests()
    {
        _calls = new TokenCalls(_token, Limit);
        TokenFaults.Found += Add;
    }

    public void Dispose() => TokenFaults.Found -= Add;

    [Fact]
    public void Look_CallTakesTooLong_IsToldOnceAndWhoWaitsIsToo()
    {
        TokenException? told = null;
        _slot.GivenUp = reason => told = reason;
        _slot.Begin(_calls, "C_Sign", Limit, 0);

        // The first look only learns of the call.
        Look(times: 5);
        Assert.Empty(_faults);
        Look(times: 1);
        Look(times: 20);

        Assert.Equal(new TokenFault(TokenFaultKind.CallExpired, _token, "C_Sign", Limit), Assert.Single(_faults));
        Assert.Contains("has not answered C_Sign for 5 s", told!.Message, StringComparison.Ordinal);
        // A reload meanwhile is of no matter to a call that has begun.
        _calls.Limit = TimeSpan.FromMinutes(1);
        _slot.End();
        Assert.Equal(new TokenFault(TokenFaultKind.CallReturned, _token, "C_Sign", Limit), _faults[1]);
    }

    [Fact]
    public void Look_ManyCallsThatEndInTime_AreNotAddedUp()
    {
        for (var call = 0; call < 20; call++)
        {
            _slot.Begin(_calls, "C_Sign", Limit, 0);
            Look(times: 3);
            _slot.End();
            Look(times: 3);
        }

        Assert.Empty(_faults);
    }

    [Fact]
    public void Begin_KnownToTakeLong_HasALimitOfItsOwn()
    {
        _slot.Begin(_calls, "C_GenerateKeyPair", TokenCalls.LongLimit, 0);

        Look(times: 60);
        Assert.Empty(_faults);
        Look(times: (int)(TokenCalls.LongLimit / Step));
        Assert.Single(_faults);
    }

    [Fact]
    public void Report_ListenerThrows_DoesNotReachTheWatch()
    {
        static void Throw(TokenFault fault) => throw new InvalidOperationException("A listener's own mistake.");
        TokenFaults.Found += Throw;
        try
        {
            _calls.Returned("C_Sign", Limit);
        }
        finally
        {
            TokenFaults.Found -= Throw;
        }

        Assert.Single(_faults);
    }

    private void Look(int times)
    {
        for (var i = 0; i < times; i++)
            _slot.Look(Step);
    }

    private void Add(TokenFault fault)
    {
        if (fault.Token == _token)
            _faults.Add(fault);
    }
}
