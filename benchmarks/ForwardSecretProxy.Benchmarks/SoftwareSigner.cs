using System.Security.Cryptography;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>A P-256 key in memory: what is measured is the engine, not a token.</summary>
internal sealed class SoftwareSigner(ECDsa key) : ISigner, ISigningPool, ISigningLease
{
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; } = key.ExportSubjectPublicKeyInfo();

    public IReadOnlyList<SignatureScheme> Schemes { get; } = [SignatureScheme.EcdsaSecp256r1Sha256];

    public int MaxSignatureLength => 72;

    public ISigningPool Pool => this;

    public bool IsAvailable => true;

    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken) => new(this);

    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination) =>
        key.SignData(message, destination, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose()
    {
    }
}
