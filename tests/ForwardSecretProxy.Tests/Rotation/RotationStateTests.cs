using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using static ForwardSecretProxy.Tests.Rotation.Generations;

namespace ForwardSecretProxy.Tests.Rotation;

public class RotationStateTests
{
    private readonly SubjectPublicKey _first = Make("01").PublicKey!;
    private readonly SubjectPublicKey _second = Make("02").PublicKey!;

    private RotationState Waiting => new RotationState { Next = new NextKey("02", Now, "web.pem.csr", _second) }.Settle(_first, Now);

    [Fact]
    public void Settle_FirstLook_IsNoSwitch()
    {
        var state = new RotationState().Settle(_first, Now);

        Assert.True(state.IsEmpty);
        Assert.Same(_first, state.Current);
    }

    [Fact]
    public void Settle_RenewedForTheSameKey_GoesOnWaiting()
    {
        var state = Waiting.Settle(_first, Now.AddDays(1));

        Assert.NotNull(state.Next);
        Assert.Empty(state.Old);
    }

    [Fact]
    public void Settle_ChainOfTheNextKey_MakesTheOtherAnOldOne()
    {
        var state = Waiting.Settle(_second, Now.AddDays(1)).Settle(_second, Now.AddDays(2));

        Assert.Null(state.Next);
        Assert.Equal(new OldKey(_first, Now.AddDays(1)), Assert.Single(state.Old));
    }

    [Fact]
    public void Settle_BackToTheOldChain_MakesTheNewOneOldFromThenOn()
    {
        var state = Waiting.Settle(_second, Now.AddDays(1)).Settle(_first, Now.AddDays(2));

        Assert.Equal(new OldKey(_second, Now.AddDays(2)), Assert.Single(state.Old));
        Assert.Equal(new OldKey(_first, Now.AddDays(3)), Assert.Single(state.Settle(_second, Now.AddDays(3)).Old));
    }
}
