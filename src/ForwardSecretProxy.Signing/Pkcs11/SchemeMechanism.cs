using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Net.Pkcs11Interop.LowLevelAPI80.MechanismParams;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// How a signature scheme is asked of a token: we hash, the token signs the digest, so that no message has to travel
/// and tokens without combined mechanisms serve as well.
/// </summary>
internal sealed class SchemeMechanism
{
    private readonly CK_MECHANISM _native;
    private readonly byte[] _digestInfo;

    private SchemeMechanism(
        SignatureScheme scheme, CKM mechanism, int digestLength, CK_MECHANISM native, byte[] digestInfo)
    {
        Scheme = scheme;
        Mechanism = mechanism;
        DigestLength = digestLength;
        _native = native;
        _digestInfo = digestInfo;
    }

    /// <summary>The scheme.</summary>
    public SignatureScheme Scheme { get; }

    /// <summary>The token's mechanism.</summary>
    public CKM Mechanism { get; }

    /// <summary>The bytes of the digest.</summary>
    public int DigestLength { get; }

    /// <summary>The mechanism with its parameters, which live as long as the process.</summary>
    public ref readonly CK_MECHANISM Native => ref _native;

    /// <summary>How <paramref name="scheme"/> is asked for.</summary>
    public static SchemeMechanism Of(SignatureScheme scheme) =>
        Array.Find(Table, entry => entry.Scheme == scheme)
        ?? throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "Not a scheme that a token can be asked for.");

    /// <summary>Hashes the message and writes what the mechanism signs; returns its length.</summary>
    public int WriteInput(ReadOnlySpan<byte> message, Span<byte> input)
    {
        _digestInfo.CopyTo(input);
        var digest = input.Slice(_digestInfo.Length, DigestLength);
        _ = DigestLength switch
        {
            SHA256.HashSizeInBytes => SHA256.HashData(message, digest),
            SHA384.HashSizeInBytes => SHA384.HashData(message, digest),
            _ => SHA512.HashData(message, digest),
        };
        return _digestInfo.Length + DigestLength;
    }

    private static SchemeMechanism Ecdsa(SignatureScheme scheme, int digestLength) =>
        new(scheme, CKM.CKM_ECDSA, digestLength, CkmUtils.CreateMechanism(CKM.CKM_ECDSA), []);

    // The salt is as long as the digest, as RFC 8446 section 4.2.3 demands.
    private static SchemeMechanism Pss(SignatureScheme scheme, int digestLength, CKM hash, CKG mask) =>
        new(scheme, CKM.CKM_RSA_PKCS_PSS, digestLength, CkmUtils.CreateMechanism(
            CKM.CKM_RSA_PKCS_PSS,
            new CK_RSA_PKCS_PSS_PARAMS { HashAlg = (ulong)hash, Mgf = (ulong)mask, Len = (ulong)digestLength }), []);

    // CKM_RSA_PKCS signs a DigestInfo that the caller encodes; RFC 8017 section 9.2 note 1 lists its fixed beginnings.
    private static SchemeMechanism Pkcs1(SignatureScheme scheme, int digestLength, byte hash) =>
        new(scheme, CKM.CKM_RSA_PKCS, digestLength, CkmUtils.CreateMechanism(CKM.CKM_RSA_PKCS),
        [
            0x30, (byte)(17 + digestLength), 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            hash, 0x05, 0x00, 0x04, (byte)digestLength,
        ]);

    private static readonly SchemeMechanism[] Table =
    [
        Ecdsa(SignatureScheme.EcdsaSecp256r1Sha256, SHA256.HashSizeInBytes),
        Ecdsa(SignatureScheme.EcdsaSecp384r1Sha384, SHA384.HashSizeInBytes),
        Pss(SignatureScheme.RsaPssRsaeSha256, SHA256.HashSizeInBytes, CKM.CKM_SHA256, CKG.CKG_MGF1_SHA256),
        Pss(SignatureScheme.RsaPssRsaeSha384, SHA384.HashSizeInBytes, CKM.CKM_SHA384, CKG.CKG_MGF1_SHA384),
        Pss(SignatureScheme.RsaPssRsaeSha512, SHA512.HashSizeInBytes, CKM.CKM_SHA512, CKG.CKG_MGF1_SHA512),
        Pkcs1(SignatureScheme.RsaPkcs1Sha256, SHA256.HashSizeInBytes, 1),
        Pkcs1(SignatureScheme.RsaPkcs1Sha384, SHA384.HashSizeInBytes, 2),
        Pkcs1(SignatureScheme.RsaPkcs1Sha512, SHA512.HashSizeInBytes, 3),
    ];
}
