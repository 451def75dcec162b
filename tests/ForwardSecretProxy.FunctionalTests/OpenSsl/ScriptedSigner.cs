using System.Collections.Concurrent;
using System.Security.Cryptography;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>
/// A signer whose token does what the test says: makes wait for a session, hangs in a signature, fails. No real token
/// can be made to do so at will.
/// </summary>
/// <param name="key">Signs.</param>
/// <param name="pool">Where sessions come from; null for this object, which has any number.</param>
internal sealed class ScriptedSigner(AsymmetricAlgorithm key, ISigningPool? pool = null) : ISigner, ISigningPool
{
    private int _live;

    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; } = key.ExportSubjectPublicKeyInfo();

    public IReadOnlyList<SignatureScheme> Schemes { get; } = key is RSA
        ? [SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPkcs1Sha256]
        : [SignatureScheme.EcdsaSecp256r1Sha256];

    public int MaxSignatureLength => key is RSA ? key.KeySize / 8 : 72;

    public ISigningPool Pool => pool ?? this;

    /// <summary>How many leases are out.</summary>
    public int LiveLeases => Volatile.Read(ref _live);

    /// <summary>Called before each lease is given.</summary>
    public Func<CancellationToken, Task> BeforeLease { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called inside each signature, on the thread that signs.</summary>
    public Action InSignature { get; set; } = () => { };

    /// <summary>What was claimed, in order.</summary>
    public ConcurrentQueue<SigningClaim> Claims { get; } = new();

    /// <summary>Called when a lease has come back.</summary>
    public Action AfterLease { get; set; } = () => { };

    public bool IsAvailable => true;

    public async ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        Claims.Enqueue(claim);
        await BeforeLease(cancellationToken);
        Interlocked.Increment(ref _live);
        return new Lease(this);
    }

    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        InSignature();
        return key is RSA rsa
            ? rsa.SignData(message, destination, HashAlgorithmName.SHA256,
                scheme == SignatureScheme.RsaPkcs1Sha256 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss)
            : ((ECDsa)key).SignData(message, destination, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private sealed class Lease(ScriptedSigner owner) : ISigningLease
    {
        public ISigningPool Pool => owner;

        public void Dispose()
        {
            Interlocked.Decrement(ref owner._live);
            owner.AfterLease();
        }
    }
}
