using System.Security.Cryptography;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Tests.Certificates;

/// <summary>A signer whose key is in memory, which only a test may have.</summary>
internal sealed class KeyPairSigner(AsymmetricAlgorithm key, params SignatureScheme[] schemes)
    : ISigner, ISigningPool, ISigningLease
{
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; init; } = key.ExportSubjectPublicKeyInfo();

    public IReadOnlyList<SignatureScheme> Schemes => schemes;

    public int MaxSignatureLength => 512;

    public ISigningPool Pool => this;

    public int LiveLeases { get; private set; }

    /// <summary>When true, signatures come out wrong, as from a faulty token.</summary>
    public bool Faulty { get; init; }

    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Assert.Same(this, lease);
        Assert.Contains(scheme, schemes);
        var data = Faulty ? [.. message, (byte)0] : message.ToArray();
        var signature = (key, scheme) switch
        {
            (ECDsa ecdsa, SignatureScheme.EcdsaSecp256r1Sha256) =>
                ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            (ECDsa ecdsa, SignatureScheme.EcdsaSecp384r1Sha384) =>
                ecdsa.SignData(data, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence),
            (RSA rsa, SignatureScheme.RsaPkcs1Sha256) =>
                rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            (RSA rsa, SignatureScheme.RsaPssRsaeSha256) =>
                rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => throw new SigningException($"no {scheme}"),
        };
        signature.CopyTo(destination);
        return signature.Length;
    }

    public bool IsAvailable => true;

    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
    {
        LiveLeases++;
        return ValueTask.FromResult<ISigningLease>(this);
    }

    ISigningPool ISigningLease.Pool => this;

    void IDisposable.Dispose() => LiveLeases--;
}
