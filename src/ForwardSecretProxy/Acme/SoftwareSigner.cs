using System.Security.Cryptography;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Acme;

/// <summary>
/// Signs with an ECDSA key in memory: for the two kinds of keys in ACME that open no connection, an account's and that of a
/// challenge's certificate. No certificate that clients are served has such a key.
/// </summary>
internal sealed class SoftwareSigner : ISigner, ISigningPool, IDisposable
{
    private readonly ECDsa _key;
    private readonly SignatureScheme _scheme;

    /// <summary>Takes the key over.</summary>
    /// <exception cref="CryptographicException">It is neither on P-256 nor on P-384.</exception>
    public SoftwareSigner(ECDsa key)
    {
        _key = key;
        _scheme = key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => SignatureScheme.EcdsaSecp256r1Sha256,
            "1.3.132.0.34" => SignatureScheme.EcdsaSecp384r1Sha384,
            _ => throw new CryptographicException("The key is on another curve than P-256 and P-384."),
        };
        SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
        Schemes = [_scheme];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SignatureScheme> Schemes { get; }

    /// <inheritdoc/>
    public int MaxSignatureLength => _key.GetMaxSignatureSize(DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public ISigningPool Pool => this;

    /// <inheritdoc/>
    public bool IsAvailable => true;

    /// <inheritdoc/>
    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ISigningLease>(new Lease(this));

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (scheme != _scheme) throw new SigningException($"The key does not sign {scheme.Name()}.");
        var hash = scheme == SignatureScheme.EcdsaSecp256r1Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        return _key.TrySignData(message, destination, hash, DSASignatureFormat.Rfc3279DerSequence, out var written)
            ? written
            : throw new SigningException("There is no room for the signature.");
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private sealed record Lease(ISigningPool Pool) : ISigningLease
    {
        public void Dispose()
        {
        }
    }
}
