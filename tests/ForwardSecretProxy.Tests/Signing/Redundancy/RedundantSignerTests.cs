using System.Security.Cryptography;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Redundancy;
using ForwardSecretProxy.Tests.Admin;

namespace ForwardSecretProxy.Tests.Signing.Redundancy;

/// <summary>One key on two tokens.</summary>
public sealed class RedundantSignerTests : IDisposable
{
    private static readonly Action Burns = () => throw new SigningException("It burns.");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly StubSigner _one;
    private readonly StubSigner _two;
    private readonly TokenHealth _first;
    private readonly TokenHealth _second;
    private readonly RedundantSigner _signer;

    public RedundantSignerTests()
    {
        (_one, _two) = (new StubSigner(_key), new StubSigner(_key));
        var time = new ManualTime();
        (_first, _second) = (new TokenHealth(_one, "one", time), new TokenHealth(_two, "two", time));
        _signer = new RedundantSigner([new WatchedSigner(_one, _first), new WatchedSigner(_two, _second)]);
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Create_OfDifferentKeys_IsRefused()
    {
        using var other = new StubSigner();

        Assert.Throws<ArgumentException>(() => new RedundantSigner(
            [new WatchedSigner(_one, _first), new WatchedSigner(other, new TokenHealth(other, "other", new ManualTime()))]));
    }

    [Fact]
    public async Task Acquire_Four_AreSpreadOverBoth()
    {
        for (var i = 0; i < 4; i++) await _signer.Pool.AcquireAsync(default);

        Assert.Equal((2, 2), (_one.Leases, _two.Leases));
    }

    [Fact]
    public async Task Acquire_AfterAReturn_IsOfTheOneWithLessToDo()
    {
        var leases = new List<ISigningLease>();
        for (var i = 0; i < 4; i++) leases.Add(await _signer.Pool.AcquireAsync(default));
        leases[1].Dispose();
        leases[1].Dispose();
        leases[3].Dispose();
        Assert.Equal((2, 0), (_one.Leases, _two.Leases));

        await _signer.Pool.AcquireAsync(default);
        await _signer.Pool.AcquireAsync(default);

        Assert.Equal((2, 2), (_one.Leases, _two.Leases));
    }

    [Fact]
    public async Task Acquire_OneIsSuspected_IsOfTheOther()
    {
        _first.Suspect("it looks ill");

        for (var i = 0; i < 3; i++) await _signer.Pool.AcquireAsync(default);

        Assert.Equal((0, 3), (_one.Leases, _two.Leases));
        Assert.True(_signer.Pool.IsAvailable);
    }

    [Fact]
    public async Task Acquire_OneRefuses_IsOfTheOther()
    {
        _one.BeforeLease = _ => throw new SigningException("No session became free.");

        using var lease = await _signer.Pool.AcquireAsync(default);

        Assert.Equal((0, 1), (_one.Leases, _two.Leases));
        Assert.True(_first.WantsProbe);
    }

    [Fact]
    public async Task Acquire_BothRefuse_SaysWhy()
    {
        _one.BeforeLease = _two.BeforeLease = _ => throw new SigningException("No session became free.");

        var exception = await Assert.ThrowsAsync<SigningException>(() => _signer.Pool.AcquireAsync(default).AsTask());

        Assert.Equal("No session became free.", exception.Message);
    }

    [Fact]
    public async Task Acquire_BothAreSuspected_IsTriedAllTheSame()
    {
        _first.Suspect("it looks ill");
        _second.Suspect("it looks ill");
        Assert.False(_signer.Pool.IsAvailable);

        using var lease = await _signer.Pool.AcquireAsync(default);

        Assert.Equal(1, _one.Leases + _two.Leases);
    }

    [Fact]
    public async Task Acquire_WhileItWaitsTheTokenIsSuspected_MovesToTheOther()
    {
        _one.BeforeLease = token => Task.Delay(Timeout.Infinite, token);
        var waiting = _signer.Pool.AcquireAsync(default).AsTask();
        ((RedundantPool)_signer.Pool).Check();
        Assert.False(waiting.IsCompleted);

        _first.Suspect("it looks ill");
        ((RedundantPool)_signer.Pool).Check();

        using var lease = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, _two.Leases);
    }

    [Fact]
    public async Task Acquire_CallerGivesUp_IsCancelledAndTriesNoOther()
    {
        _one.BeforeLease = token => Task.Delay(Timeout.Infinite, token);
        using var caller = new CancellationTokenSource();
        var waiting = _signer.Pool.AcquireAsync(caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, _two.Leases);
    }

    [Fact]
    public async Task Sign_OneFails_IsMadeByTheOther()
    {
        _one.InSignature = Burns;
        using (var lease = await _signer.Pool.AcquireAsync(default))
        {
            Assert.Equal(1, _one.Leases);
            Assert.True(Verify(Sign(lease)));
        }

        Assert.Equal((1, 1), (_one.Signatures, _two.Signatures));
        Assert.Equal((0, 0), (_one.Leases, _two.Leases));
    }

    [Fact]
    public async Task Sign_BothFail_SaysWhyAndKeepsNothing()
    {
        _one.InSignature = _two.InSignature = Burns;
        using (var lease = await _signer.Pool.AcquireAsync(default))
            Assert.Equal("It burns.", Assert.Throws<SigningException>(() => Sign(lease)).Message);

        Assert.Equal((1, 1), (_one.Signatures, _two.Signatures));
        Assert.Equal((0, 0), (_one.Leases, _two.Leases));
    }

    [Fact]
    public async Task Sign_OneFailsAndTheOtherHasNoSessionFree_DoesNotWait()
    {
        _one.InSignature = Burns;
        _two.HasFreeSession = false;
        using (var lease = await _signer.Pool.AcquireAsync(default))
            Assert.Equal("It burns.", Assert.Throws<SigningException>(() => Sign(lease)).Message);

        Assert.Equal((0, 0), (_one.Leases, _two.Leases));
        Assert.Equal((0, 0), (_first.Load, _second.Load));
    }

    [Fact]
    public async Task Sign_WithAnotherPoolsLease_IsRefused()
    {
        using var foreign = await _one.AcquireAsync(default);

        Assert.Throws<ArgumentException>(() => Sign(foreign));
    }

    private byte[] Sign(ISigningLease lease)
    {
        var signature = new byte[72];
        return signature[.._signer.Sign(lease, SignatureScheme.EcdsaSecp256r1Sha256, "text"u8, signature)];
    }

    private bool Verify(byte[] signature) =>
        _key.VerifyData("text"u8, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
