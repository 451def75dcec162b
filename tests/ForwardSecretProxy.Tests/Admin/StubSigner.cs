using System.Security.Cryptography;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Tests.Admin;

/// <summary>A key whose token does what the test says.</summary>
/// <param name="key">The key; null for a new one.</param>
internal sealed class StubSigner(ECDsa? key = null) : ISigner, ISigningPool, IDisposable
{
    private readonly ECDsa _key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _signatures;
    private int _leases;

    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _key.ExportSubjectPublicKeyInfo();

    public IReadOnlyList<SignatureScheme> Schemes { get; } = [SignatureScheme.EcdsaSecp256r1Sha256];

    public int MaxSignatureLength => 72;

    public ISigningPool Pool => this;

    /// <summary>How many signatures were asked for.</summary>
    public int Signatures => Volatile.Read(ref _signatures);

    /// <summary>How many leases are out.</summary>
    public int Leases => Volatile.Read(ref _leases);

    /// <summary>What was to be signed last.</summary>
    public byte[] LastMessage { get; private set; } = [];

    /// <summary>Called before each lease is given.</summary>
    public Func<CancellationToken, Task> BeforeLease { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called in each signature.</summary>
    public Action InSignature { get; set; } = () => { };

    /// <summary>Whether the signature is one of something else.</summary>
    public bool SignsRubbish { get; set; }

    public bool IsAvailable { get; set; } = true;

    /// <summary>Whether there is a lease for those who do not wait.</summary>
    public bool HasFreeSession { get; set; } = true;

    public async ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        await BeforeLease(cancellationToken);
        Interlocked.Increment(ref _leases);
        return new Lease(this);
    }

    public ISigningLease? TryAcquire()
    {
        if (!HasFreeSession) return null;
        Interlocked.Increment(ref _leases);
        return new Lease(this);
    }

    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Interlocked.Increment(ref _signatures);
        LastMessage = message.ToArray();
        InSignature();
        return _key.SignData(
            SignsRubbish ? [1, 2, 3] : message, destination, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => _key.Dispose();

    private sealed class Lease(StubSigner owner) : ISigningLease
    {
        public ISigningPool Pool => owner;

        public void Dispose() => Interlocked.Decrement(ref owner._leases);
    }
}
