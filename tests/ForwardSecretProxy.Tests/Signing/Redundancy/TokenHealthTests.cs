using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Redundancy;
using ForwardSecretProxy.Tests.Admin;

namespace ForwardSecretProxy.Tests.Signing.Redundancy;

public sealed class TokenHealthTests : IDisposable
{
    private static readonly TimeSpan Patience = TokenHealth.Patience;

    private readonly StubSigner _token = new();
    private readonly ManualTime _time = new();
    private readonly TokenHealth _health;
    private readonly WatchedSigner _signer;

    public TokenHealthTests()
    {
        _health = new TokenHealth(_token, "main", _time);
        _signer = new WatchedSigner(_token, _health);
    }

    public void Dispose() => _token.Dispose();

    [Fact]
    public void Check_NobodySigns_IsWell()
    {
        _time.Advance(TimeSpan.FromHours(1));
        _health.Check();

        Assert.True(_health.IsAvailable);
        Assert.Null(_health.Problem);
    }

    [Fact]
    public void Check_FirstSignatureAfterAQuietHour_IsGivenItsTime()
    {
        Sign();
        _time.Advance(TimeSpan.FromHours(1));
        _token.InSignature = () =>
        {
            _health.Check();
            Assert.True(_health.IsAvailable);
        };

        Sign();
    }

    [Fact]
    public void Check_SignatureThatHangs_IsSuspectedUntilItComes()
    {
        _token.InSignature = () =>
        {
            _time.Advance(Patience - TimeSpan.FromMilliseconds(1));
            _health.Check();
            Assert.True(_health.IsAvailable);

            _time.Advance(TimeSpan.FromMilliseconds(1));
            _health.Check();
            Assert.False(_health.IsAvailable);
            Assert.Equal("the token \"main\" has not finished a signature for 300 ms", _health.Problem);
        };

        Sign();

        Assert.True(_health.IsAvailable);
    }

    [Fact]
    public void Check_SlowToken_IsGivenTenSignaturesTime()
    {
        _token.InSignature = () => _time.Advance(TimeSpan.FromMilliseconds(100));
        Sign();
        _token.InSignature = () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(999));
            _health.Check();
            Assert.True(_health.IsAvailable);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _health.Check();
            Assert.False(_health.IsAvailable);
        };

        Sign();
    }

    [Fact]
    public void Check_OneOfManySignaturesHangs_IsWellAsLongAsOthersCome()
    {
        _token.InSignature = () =>
        {
            _token.InSignature = () => { };
            for (var i = 0; i < 10; i++)
            {
                _time.Advance(Patience / 2);
                Sign();
                _health.Check();
                Assert.True(_health.IsAvailable);
            }

            _time.Advance(Patience);
            _health.Check();
            Assert.False(_health.IsAvailable);
        };

        Sign();
    }

    [Fact]
    public void Sign_FailsOnce_WantsAProbe()
    {
        _token.InSignature = () => throw new SigningException("It burns.");
        Assert.Throws<SigningException>(Sign);

        Assert.True(_health.IsAvailable);
        Assert.True(_health.WantsProbe);
        _health.ProbeBegun();
        Assert.False(_health.WantsProbe);
    }

    [Fact]
    public void Sign_FailsTwice_IsSuspectedUntilItSigns()
    {
        _token.InSignature = () => throw new SigningException("It burns.");
        Assert.Throws<SigningException>(Sign);
        Assert.Throws<SigningException>(Sign);
        Assert.Equal("It burns", _health.Problem);
        Assert.False(_health.IsAvailable);

        _token.InSignature = () => { };
        Sign();

        Assert.True(_health.IsAvailable);
    }

    [Fact]
    public void Sign_FailsNowAndThen_IsWell()
    {
        for (var i = 0; i < 5; i++)
        {
            _token.InSignature = () => throw new SigningException("It burns.");
            Assert.Throws<SigningException>(Sign);
            _token.InSignature = () => { };
            Sign();
        }

        Assert.True(_health.IsAvailable);
    }

    [Fact]
    public void IsAvailable_PoolIsNot_IsNot()
    {
        _token.IsAvailable = false;

        Assert.False(_health.IsAvailable);
        Assert.Equal("the token \"main\" cannot be used", _health.Problem);
    }

    private void Sign() => _signer.Sign(null!, SignatureScheme.EcdsaSecp256r1Sha256, "text"u8, new byte[72]);
}
