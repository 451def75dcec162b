using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Lets .NET build requests and certificates that a key on a token signs: .NET writes the structure, the signer makes
/// the signature. Good for as long as its lease is.
/// </summary>
internal sealed class SignerSignatureGenerator : X509SignatureGenerator
{
    private const string EcdsaWithSha256Oid = "1.2.840.10045.4.3.2";
    private const string EcdsaWithSha384Oid = "1.2.840.10045.4.3.3";
    private const string Sha256WithRsaOid = "1.2.840.113549.1.1.11";
    private const string RsaPssOid = "1.2.840.113549.1.1.10";
    private const string Mgf1Oid = "1.2.840.113549.1.1.8";
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1";

    /// <summary>What it signs with, best first. Not every CA reads PSS, so it comes last.</summary>
    private static readonly SignatureScheme[] Preference =
    [
        SignatureScheme.EcdsaSecp256r1Sha256,
        SignatureScheme.EcdsaSecp384r1Sha384,
        SignatureScheme.RsaPkcs1Sha256,
        SignatureScheme.RsaPssRsaeSha256,
    ];

    private readonly ISigner _signer;
    private readonly ISigningLease _lease;
    private readonly SignatureScheme _scheme;

    /// <summary>Chooses the scheme by what the key and its token can do.</summary>
    /// <exception cref="SigningException">It can do none that certificates are signed with.</exception>
    public SignerSignatureGenerator(ISigner signer, ISigningLease lease)
    {
        _signer = signer;
        _lease = lease;
        _scheme = Preference.Cast<SignatureScheme?>().FirstOrDefault(scheme => signer.Schemes.Contains(scheme!.Value))
            ?? throw new SigningException(
                "The token can sign neither ECDSA with SHA-256 or SHA-384 nor RSA with SHA-256 with this key, so it "
                + "cannot sign a request or a certificate; `fsp key verify` shows what it can.");
    }

    /// <summary>The hash that belongs to the scheme.</summary>
    public HashAlgorithmName Hash => _scheme == SignatureScheme.EcdsaSecp384r1Sha384
        ? HashAlgorithmName.SHA384
        : HashAlgorithmName.SHA256;

    /// <inheritdoc/>
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            switch (_scheme)
            {
                case SignatureScheme.EcdsaSecp256r1Sha256:
                    writer.WriteObjectIdentifier(EcdsaWithSha256Oid);
                    break;
                case SignatureScheme.EcdsaSecp384r1Sha384:
                    writer.WriteObjectIdentifier(EcdsaWithSha384Oid);
                    break;
                case SignatureScheme.RsaPkcs1Sha256:
                    writer.WriteObjectIdentifier(Sha256WithRsaOid);
                    writer.WriteNull();
                    break;
                default:
                    writer.WriteObjectIdentifier(RsaPssOid);
                    WritePssParameters(writer);
                    break;
            }
        }

        return writer.Encode();
    }

    /// <inheritdoc/>
    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        var signature = new byte[_signer.MaxSignatureLength];
        return signature[.._signer.Sign(_lease, _scheme, data, signature)];
    }

    /// <inheritdoc/>
    protected override PublicKey BuildPublicKey() =>
        PublicKey.CreateFromSubjectPublicKeyInfo(_signer.SubjectPublicKeyInfo.Span, out _);

    /// <summary>RSASSA-PSS-params of RFC 4055 section 3.1: SHA-256 throughout, a salt as long as the hash.</summary>
    private static void WritePssParameters(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                WriteSha256(writer);

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Mgf1Oid);
                WriteSha256(writer);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                writer.WriteInteger(SHA256.HashSizeInBytes);
        }
    }

    private static void WriteSha256(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sha256Oid);
            writer.WriteNull();
        }
    }
}
