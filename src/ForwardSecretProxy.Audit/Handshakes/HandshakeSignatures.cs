using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>
/// The signatures by which a server ties a handshake to its certificate. Whether the certificate itself is any good is not
/// asked here.
/// </summary>
internal static class HandshakeSignatures
{
    private const string ServerContext = "TLS 1.3, server CertificateVerify";

    /// <summary>Checks a signature over some content.</summary>
    /// <param name="publicKey">The certificate's SubjectPublicKeyInfo in DER.</param>
    /// <param name="scheme">The scheme's number. That it fits the version is the caller's to ask.</param>
    /// <param name="content">What was signed, before any hashing.</param>
    /// <param name="signature">As it is on the wire.</param>
    /// <returns>Whether it holds; null when the scheme, or a key of this kind, cannot be computed with here.</returns>
    public static bool? Verify(byte[] publicKey, ushort scheme, byte[] content, byte[] signature) =>
        ReadKey(publicKey) is { } key ? Verify(key, scheme, content, signature) : null;

    /// <summary>Checks a ServerKeyExchange (RFC 5246 section 7.4.3; before TLS 1.2 RFC 4346 section 7.4.3).</summary>
    /// <param name="exchange">The message.</param>
    /// <param name="certificate">The server's certificate in DER.</param>
    /// <param name="clientRandom">Of the ClientHello.</param>
    /// <param name="serverRandom">Of the ServerHello.</param>
    /// <returns>As for the other; null, too, for a suite that signs nothing.</returns>
    public static bool? VerifyKeyExchange(
        ServerKeyExchange exchange, byte[] certificate, byte[] clientRandom, byte[] serverRandom)
    {
        if (exchange.Signature is not { } signature || PublicKeyOf(certificate) is not { } spki || ReadKey(spki) is not { } key)
            return null;
        byte[] content = [.. clientRandom, .. serverRandom, .. exchange.Parameters];
        return (exchange.Scheme, key) switch
        {
            ({ } scheme, _) => Verify(key, scheme, content, signature),
            (null, RsaKeyParameters rsa) => IsRsaOverBothHashes(rsa, content, signature),
            (null, ECPublicKeyParameters) => Verify(key, 0x0203, content, signature),
            (null, DsaPublicKeyParameters) => Verify(key, 0x0202, content, signature),
            _ => null,
        };
    }

    /// <summary>What a ServerKeyExchange is signed with: the scheme's name, or what TLS 1.0 and 1.1 have fixed.</summary>
    public static string NameOf(ServerKeyExchange exchange, CipherSuite suite) => exchange.Scheme is { } scheme ? NameOf(scheme)
        : suite.Authentication switch
        {
            Authentication.Rsa => "rsa_pkcs1_md5_sha1",
            Authentication.Dss => "dsa_sha1",
            _ => "ecdsa_sha1",
        };

    /// <summary>A scheme's name, or its number where it has none.</summary>
    public static string NameOf(ushort scheme) => SignatureSchemes.Find(scheme)?.Name ?? $"0x{scheme:X4}";

    /// <summary>What a server signs in a CertificateVerify (RFC 8446 section 4.4.3).</summary>
    /// <param name="transcriptHash">Of everything up to the Certificate message.</param>
    public static byte[] CertificateVerifyContent(byte[] transcriptHash) =>
        [.. Enumerable.Repeat((byte)' ', 64), .. Encoding.ASCII.GetBytes(ServerContext), 0, .. transcriptHash];

    /// <summary>A certificate's SubjectPublicKeyInfo in DER, or null when it cannot be read.</summary>
    public static byte[]? PublicKeyOf(byte[] certificate)
    {
        try
        {
            return X509CertificateStructure.GetInstance(certificate).SubjectPublicKeyInfo.GetDerEncoded();
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            return null;
        }
    }

    private static AsymmetricKeyParameter? ReadKey(byte[] publicKey)
    {
        try
        {
            return PublicKeyFactory.CreateKey(publicKey);
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            return null;
        }
    }

    private static bool? Verify(AsymmetricKeyParameter key, ushort scheme, byte[] content, byte[] signature)
    {
        if (Find(scheme) is not { } known)
            return null;
        if (!known.Fits(key))
            return false;
        try
        {
            var signer = known.Create();
            signer.Init(forSigning: false, scheme == 0x0708
                ? new ParametersWithID(key, "TLSv1.3+GM+Cipher+Suite"u8.ToArray()) : key);
            signer.BlockUpdate(content, 0, content.Length);
            return signer.VerifySignature(signature);
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            return false;
        }
    }

    /// <summary>
    /// Whether an exception is BouncyCastle's word for input that it cannot read: it has many, some of which are derived of nothing
    /// but <see cref="Exception"/>, and a server can send anything.
    /// </summary>
    internal static bool IsBadInput(Exception exception) => exception is not (OutOfMemoryException or WireFormatException);

    private static (Func<AsymmetricKeyParameter, bool> Fits, Func<ISigner> Create)? Find(ushort scheme) => scheme switch
    {
        0x0807 => (key => key is Ed25519PublicKeyParameters, () => new Ed25519Signer()),
        0x0808 => (key => key is Ed448PublicKeyParameters, () => new Ed448Signer([])),
        0x0708 => (key => key is ECPublicKeyParameters, () => new SM2Signer()),
        0x0904 => MlDsa(MLDsaParameters.ml_dsa_44),
        0x0905 => MlDsa(MLDsaParameters.ml_dsa_65),
        0x0906 => MlDsa(MLDsaParameters.ml_dsa_87),
        0x0804 or 0x0809 => Pss(new Sha256Digest()),
        0x0805 or 0x080A => Pss(new Sha384Digest()),
        0x0806 or 0x080B => Pss(new Sha512Digest()),
        0x081A => Ecdsa(new Sha256Digest()),
        0x081B => Ecdsa(new Sha384Digest()),
        0x081C => Ecdsa(new Sha512Digest()),
        _ when Hash(scheme >> 8) is { } digest => (scheme & 0xFF) switch
        {
            1 => (key => key is RsaKeyParameters, () => new RsaDigestSigner(digest)),
            2 => (key => key is DsaPublicKeyParameters, () => new DsaDigestSigner(new DsaSigner(), digest)),
            3 => Ecdsa(digest),
            _ => null,
        },
        _ => null,
    };

    // RFC 5246 section 7.4.1.4.1.
    private static IDigest? Hash(int algorithm) => algorithm switch
    {
        1 => new MD5Digest(),
        2 => new Sha1Digest(),
        3 => new Sha224Digest(),
        4 => new Sha256Digest(),
        5 => new Sha384Digest(),
        6 => new Sha512Digest(),
        _ => null,
    };

    private static (Func<AsymmetricKeyParameter, bool>, Func<ISigner>) Ecdsa(IDigest digest) =>
        (key => key is ECPublicKeyParameters, () => new DsaDigestSigner(new ECDsaSigner(), digest));

    // The salt is as long as the hash (RFC 8446 section 4.2.3).
    private static (Func<AsymmetricKeyParameter, bool>, Func<ISigner>) Pss(IDigest digest) =>
        (key => key is RsaKeyParameters, () => new PssSigner(new RsaEngine(), digest, digest.GetDigestSize()));

    private static (Func<AsymmetricKeyParameter, bool>, Func<ISigner>) MlDsa(MLDsaParameters parameters) => (
        key => key is MLDsaPublicKeyParameters own && own.Parameters == parameters,
        () => new MLDsaSigner(parameters, deterministic: true));

    private static bool IsRsaOverBothHashes(RsaKeyParameters key, byte[] content, byte[] signature)
    {
        try
        {
            var engine = new Pkcs1Encoding(new RsaEngine());
            engine.Init(forEncryption: false, key);
            var signed = engine.ProcessBlock(signature, 0, signature.Length);
            return signed.AsSpan().SequenceEqual(BothHashes(content));
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            return false;
        }
    }

    private static byte[] BothHashes(byte[] content) =>
    [
        .. CryptographicOperations.HashData(HashAlgorithmName.MD5, content),
        .. CryptographicOperations.HashData(HashAlgorithmName.SHA1, content),
    ];
}
