using System.Security.Cryptography;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signing.Remote;

/// <summary>A token in software with one key, which does what the test says.</summary>
internal sealed class StubToken : IToken, ITokenSigner, ISigningPool, ISigningLease
{
    private readonly AsymmetricAlgorithm _key;
    private int _signatures;
    private int _openings;

    public StubToken(AsymmetricAlgorithm? key = null)
    {
        _key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PublicKey = SubjectPublicKey.Parse(_key.ExportSubjectPublicKeyInfo());
        Report = new KeyGateReport("pkcs11:object=web", [], PublicKey.Schemes, []);
    }

    public SubjectPublicKey PublicKey { get; }

    public int Signatures => Volatile.Read(ref _signatures);

    /// <summary>Called in each signature.</summary>
    public Action InSignature { get; set; } = () => { };

    /// <summary>Thrown when the key is asked for.</summary>
    public Exception? OnOpen { get; set; }

    /// <summary>Whether the token itself cannot be used any more from then on.</summary>
    public bool IsLostByOpen { get; set; }

    /// <summary>What is given to whoever asks for the key; null for this one.</summary>
    public ITokenSigner? Opened { get; set; }

    /// <summary>How often the key was asked for.</summary>
    public int Openings => Volatile.Read(ref _openings);

    /// <summary>The public keys that were expected, in order; null where none was.</summary>
    public List<byte[]?> Expected { get; } = [];

    public TokenInfo Info { get; } = new(7, "stub", "0815", "us", "stub", true, true, true, PinState.Normal, null);

    public ISigningPool Pool => this;

    public bool IsAvailable { get; set; } = true;

    public KeyGateReport Report { get; }

    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => PublicKey.Encoded;

    public IReadOnlyList<SignatureScheme> Schemes => PublicKey.Schemes;

    public int MaxSignatureLength => PublicKey.MaxSignatureLength;

    public Task<ITokenSigner> OpenSignerAsync(
        ForwardSecretProxy.Signing.Keys.Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _openings);
        Expected.Add(subjectPublicKeyInfo?.ToArray());
        if (OnOpen is null) return Task.FromResult(Opened ?? this);
        IsAvailable &= !IsLostByOpen;
        return Task.FromException<ITokenSigner>(OnOpen);
    }

    public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken) => new(this);

    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Interlocked.Increment(ref _signatures);
        InSignature();
        lock (_key)
        {
            var signature = _key is ECDsa ecdsa
                ? ecdsa.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                : ((RSA)_key).SignData(message.ToArray(), HashAlgorithmName.SHA256,
                    scheme == SignatureScheme.RsaPkcs1Sha256 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
            signature.CopyTo(destination);
            return signature.Length;
        }
    }

    // It is also the lease, of which there are as many as anybody wants.
    public void Dispose()
    {
    }
}
