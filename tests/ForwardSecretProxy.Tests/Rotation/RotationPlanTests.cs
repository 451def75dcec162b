using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;
using static ForwardSecretProxy.Tests.Rotation.Generations;

namespace ForwardSecretProxy.Tests.Rotation;

/// <summary>Which step is due in which state.</summary>
public class RotationPlanTests
{
    private static readonly TokenKeyInfo Next = Make("02");
    private static readonly TokenKeyInfo Old = Make("03");
    private static readonly TokenKeyInfo Older = Make("04");

    [Fact]
    public void Decide_NothingBegun_BeginsUnlessItIsOnlyToGoOn()
    {
        Assert.Equal(RotationStep.MakeNext, Decide(Keys()).Step);
        Assert.Equal(RotationStep.Nothing, Decide(Keys(), new RotationRequest(MayBegin: false)).Step);
    }

    [Fact]
    public void Decide_NextKeyThere_WaitsForItsCertificate() =>
        Assert.Equal(RotationStep.AwaitCertificate, Decide(Keys(Next)).Step);

    [Theory]
    [InlineData(1, RotationStep.KeepOld)]
    [InlineData(0, RotationStep.DestroyOld)]
    [InlineData(-1, RotationStep.DestroyOld)]
    public void Decide_OldKey_IsDestroyedWhenItsTimeHasPassed(int secondsLeft, object step)
    {
        var plan = Decide(Keys(null, Kept(Old, secondsLeft)));

        Assert.Equal(step, plan.Step);
        Assert.Equal(secondsLeft > 0 ? [] : [Old], plan.Destroyed);
        Assert.Equal(secondsLeft > 0 ? Now.AddSeconds(secondsLeft) : null, plan.KeptUntil);
    }

    [Fact]
    public void Decide_SeveralOldKeys_OnlyThoseThatAreDue()
    {
        var plan = Decide(Keys(Next, Kept(Old, 1), Kept(Older, -1)));

        Assert.Equal(RotationStep.DestroyOld, plan.Step);
        Assert.Equal([Older], plan.Destroyed);
        Assert.Equal(Now.AddSeconds(1), plan.KeptUntil);
    }

    [Fact]
    public void Decide_DestroyNow_DoesNotWait() =>
        Assert.Equal([Old], Decide(Keys(null, Kept(Old, 1)), new RotationRequest(DestroyNow: true)).Destroyed);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decide_OldKeyThatACertificateIsFor_IsNeverDestroyed(bool destroyNow)
    {
        var keys = Keys(null, Kept(Old, -1) with { Users = ["shop"] });

        if (destroyNow)
            Assert.Contains("shop", Refusal(keys, new RotationRequest(DestroyNow: true)), StringComparison.Ordinal);
        else
            Assert.Equal(RotationStep.MakeNext, Decide(keys).Step);
    }

    [Fact]
    public void Decide_Abandon_TakesTheNextKeyAndNoOther()
    {
        var plan = Decide(Keys(Next, Kept(Old, -1)), new RotationRequest(Abandon: true));

        Assert.Equal(RotationStep.Abandon, plan.Step);
        Assert.Equal([Next], plan.Destroyed);
        Assert.Contains("no next key", Refusal(Keys(null, Kept(Old, -1)), new RotationRequest(Abandon: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_DestroyNowWithoutAnOldKey_IsRefused() =>
        Assert.Contains("no old key", Refusal(Keys(Next), new RotationRequest(DestroyNow: true)), StringComparison.Ordinal);

    private static KeyGenerations Keys(TokenKeyInfo? next = null, params OldGeneration[] old) => new(Make("01"), next, old, []);

    private static OldGeneration Kept(TokenKeyInfo key, int seconds) => new(key, Now.AddSeconds(seconds), []);

    private static RotationPlan Decide(KeyGenerations keys, RotationRequest? request = null) =>
        RotationPlan.Decide(keys, request ?? new RotationRequest(), Now);

    private static string Refusal(KeyGenerations keys, RotationRequest request) =>
        Assert.Throws<RotationException>(() => Decide(keys, request)).Message;
}
