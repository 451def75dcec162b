using ForwardSecretProxy.Bench;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Tests.Bench;

public class SignBenchTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Steps_Sessions_DoubleUpToTheMost()
    {
        Assert.Equal([1], SignBench.Steps(1));
        Assert.Equal([1, 2, 4, 8], SignBench.Steps(8));
        Assert.Equal([1, 2, 4, 6], SignBench.Steps(6));
    }

    [Fact]
    public async Task Run_EnoughSessions_CountsEachOnesSignaturesAndGivesThemBack()
    {
        var token = new ScriptedToken(sessions: 2);

        var step = await Bench(token).RunAsync(2, Short, CancellationToken.None);

        Assert.Equal(2, step!.Sessions);
        Assert.True(step.PerSecond > 0);
        Assert.True(step.P50 <= step.P99);
        Assert.Equal(0, token.Leased);
    }

    [Fact]
    public async Task Run_MoreSessionsThanTheTokenHas_IsItsLimitAndGivesThemBack()
    {
        var token = new ScriptedToken(sessions: 2);

        Assert.Null(await Bench(token).RunAsync(3, Short, CancellationToken.None));
        Assert.Equal(0, token.Leased);
    }

    [Fact]
    public async Task Run_TokenThatGivesNone_SaysWhy()
    {
        var failure = await Assert.ThrowsAsync<SigningException>(
            () => Bench(new ScriptedToken(sessions: 0)).RunAsync(1, Short, CancellationToken.None));

        Assert.Equal("no session", failure.Message);
    }

    [Fact]
    public async Task Run_StoppedAtOnce_HasMeasuredNothing()
    {
        var token = new ScriptedToken(sessions: 1);

        Assert.Null(await Bench(token).RunAsync(1, TimeSpan.FromMinutes(1), new CancellationToken(canceled: true)));
        Assert.Equal(0, token.Leased);
    }

    [Fact]
    public void Part_TokenThatSignedNothing_IsZero()
    {
        Assert.Equal(0, SignHandshakes.Of(Documents.Of(1000), 0).Part);
        Assert.Equal(0.5, SignHandshakes.Of(Documents.Of(1000), 2000).Part);
    }

    private static SignBench Bench(ScriptedToken token) => new(token, SignatureScheme.EcdsaSecp256r1Sha256);

    private sealed class ScriptedToken(int sessions) : ISigner, ISigningPool
    {
        public int Leased { get; private set; }

        public ReadOnlyMemory<byte> SubjectPublicKeyInfo => default;

        public IReadOnlyList<SignatureScheme> Schemes => [SignatureScheme.EcdsaSecp256r1Sha256];

        public int MaxSignatureLength => 72;

        public ISigningPool Pool => this;

        public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
        {
            // The shape of a TLS 1.3 CertificateVerify, which is what a real token's time is to be measured with.
            Assert.Equal(130, message.Length);
            Thread.Sleep(1);
            return destination.Length;
        }

        public bool IsAvailable => true;

        public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
        {
            if (Leased == sessions)
                throw new SigningException("no session");
            Leased++;
            return new ValueTask<ISigningLease>(new Lease(this));
        }

        private sealed class Lease(ScriptedToken token) : ISigningLease
        {
            public ISigningPool Pool => token;

            public void Dispose() => token.Leased--;
        }
    }
}
