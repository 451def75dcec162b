using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Acme;

/// <summary>The key of an account, wherever it lives, as JSON Web Signatures need it (RFC 7515, RFC 7518 section 3).</summary>
internal sealed class AccountKey
{
    private readonly ISigner _signer;
    private readonly SignatureScheme _scheme;
    private readonly int _coordinateLength;

    /// <summary>Uses <paramref name="signer"/>.</summary>
    /// <exception cref="AcmeException">It makes no signature that authorities take.</exception>
    public AccountKey(ISigner signer)
    {
        _signer = signer;
        (_scheme, Algorithm, _coordinateLength) = signer.Schemes switch
        {
            var schemes when schemes.Contains(SignatureScheme.EcdsaSecp256r1Sha256) => (SignatureScheme.EcdsaSecp256r1Sha256, "ES256", 32),
            var schemes when schemes.Contains(SignatureScheme.EcdsaSecp384r1Sha384) => (SignatureScheme.EcdsaSecp384r1Sha384, "ES384", 48),
            var schemes when schemes.Contains(SignatureScheme.RsaPkcs1Sha256) => (SignatureScheme.RsaPkcs1Sha256, "RS256", 0),
            _ => throw new AcmeException("the account's key can sign neither ECDSA on P-256 or P-384 nor RSA with PKCS #1 and SHA-256"),
        };
        Jwk = WriteJwk(signer.SubjectPublicKeyInfo.Span, _coordinateLength);
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Jwk)));
    }

    /// <summary>Such as <c>ES256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The public key as JSON, its members in the order of their names and nothing between them (RFC 7638 section 3).</summary>
    public string Jwk { get; }

    /// <summary>The SHA-256 of that, in base64url.</summary>
    public string Thumbprint { get; }

    /// <summary>The public key in DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _signer.SubjectPublicKeyInfo;

    /// <summary>Signs as RFC 7518 says: r and s side by side for ECDSA (section 3.4).</summary>
    /// <exception cref="SigningException">The token did not sign.</exception>
    public async Task<byte[]> SignAsync(byte[] message, CancellationToken cancellationToken)
    {
        using var lease = await _signer.Pool.AcquireAsync(cancellationToken);
        var signature = new byte[_signer.MaxSignatureLength];
        var length = _signer.Sign(lease, _scheme, message, signature);
        return _coordinateLength == 0 ? signature[..length] : FixedWidth(signature.AsMemory(0, length), _coordinateLength);
    }

    private static byte[] FixedWidth(ReadOnlyMemory<byte> der, int width)
    {
        var sequence = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var result = new byte[2 * width];
        foreach (var offset in (int[])[0, width])
        {
            var integer = sequence.ReadInteger().ToByteArray(isUnsigned: true, isBigEndian: true);
            integer.CopyTo(result, offset + width - integer.Length);
        }

        return result;
    }

    private static string WriteJwk(ReadOnlySpan<byte> subjectPublicKeyInfo, int coordinateLength)
    {
        var key = PublicKey.CreateFromSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        if (coordinateLength == 0)
        {
            using var rsa = key.GetRSAPublicKey()!;
            var parts = rsa.ExportParameters(includePrivateParameters: false);
            return $$"""{"e":"{{Encode(parts.Exponent)}}","kty":"RSA","n":"{{Encode(parts.Modulus)}}"}""";
        }

        using var ecdsa = key.GetECDsaPublicKey()!;
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"crv":"P-{{coordinateLength * 8}}","kty":"EC","x":"{{Encode(point.X)}}","y":"{{Encode(point.Y)}}"}""";
    }

    private static string Encode(byte[]? value) => Base64Url.EncodeToString(value);
}
