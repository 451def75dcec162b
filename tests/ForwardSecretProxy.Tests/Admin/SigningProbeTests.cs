using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Signing;

namespace ForwardSecretProxy.Tests.Admin;

public sealed class SigningProbeTests : IDisposable
{
    private readonly StubSigner _signer = new();
    private readonly ManualTime _time = new();
    private readonly SigningProbe _probe;

    public SigningProbeTests() => _probe = new SigningProbe(_time);

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task Ask_TokenThatSigns_IsWell()
    {
        Assert.Null(await _probe.AskAsync(_signer));
        Assert.Equal(1, _signer.Signatures);
        Assert.Equal(0, _signer.Leases);
    }

    [Fact]
    public async Task Ask_AgainAndAgain_SignsOnceInAWhile()
    {
        for (var i = 0; i < 100; i++)
            Assert.Null(await _probe.AskAsync(_signer));
        Assert.Equal(1, _signer.Signatures);

        _time.Advance(SigningProbe.Freshness + TimeSpan.FromSeconds(1));
        await _probe.AskAsync(_signer);

        Assert.Equal(2, _signer.Signatures);
    }

    [Fact]
    public async Task Ask_TokenThatFailsAndComesBack_SaysBoth()
    {
        _signer.InSignature = () => throw new SigningException("The token is away.");
        Assert.Equal("The token is away", await _probe.AskAsync(_signer));
        Assert.Equal(0, _signer.Leases);

        _signer.InSignature = () => { };
        Assert.Equal("The token is away", await _probe.AskAsync(_signer));
        _time.Advance(SigningProbe.Freshness + TimeSpan.FromSeconds(1));

        Assert.Null(await _probe.AskAsync(_signer));
    }

    [Fact]
    public async Task Ask_SignatureOfSomethingElse_IsNoSignature()
    {
        _signer.SignsRubbish = true;

        Assert.Contains("does not verify", await _probe.AskAsync(_signer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_TokenThatHangs_IsAnsweredInTimeAndNotAskedAgain()
    {
        using var begun = new SemaphoreSlim(0);
        using var answer = new ManualResetEventSlim();
        _signer.InSignature = () =>
        {
            begun.Release();
            answer.Wait(TimeSpan.FromSeconds(30));
        };
        var first = _probe.AskAsync(_signer);
        await begun.WaitAsync(TimeSpan.FromSeconds(30));

        _time.Advance(SigningProbe.Patience);
        Assert.Contains("has not answered", await first, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("it has not answered for 302 s", await _probe.AskAsync(_signer));
        Assert.Equal(1, _signer.Signatures);

        _signer.InSignature = () => { };
        answer.Set();
        await WaitForAsync(() => _signer.Leases == 0);
        _time.Advance(SigningProbe.Freshness + TimeSpan.FromSeconds(1));
        Assert.Null(await _probe.AskAsync(_signer));
    }

    [Fact]
    public async Task Ask_NoSessionFree_SaysSo()
    {
        _signer.BeforeLease = cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken);

        var asked = _probe.AskAsync(_signer);
        _time.Advance(SigningProbe.Patience);

        Assert.Contains("has not answered", await asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_IsNothingThatTlsSigns()
    {
        await _probe.AskAsync(_signer);

        Assert.Equal(SignedShape.Unknown, SignedContent.Classify(_signer.LastMessage));
        // Whatever follows it: a ServerKeyExchange's parameters begin at byte 64, and it is shorter.
        Assert.InRange(_signer.LastMessage.Length, 1, 63);
        Assert.NotEqual(SignedShape.Unknown, SignedContent.Classify(SignedBlocks.CertificateVerify(32)));
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); !condition(); await Task.Delay(5))
            Assert.True(DateTime.UtcNow < end);
        // The lease goes back before the answer is there.
        await Task.Yield();
    }
}
