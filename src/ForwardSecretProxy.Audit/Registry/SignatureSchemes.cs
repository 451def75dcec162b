using static ForwardSecretProxy.Audit.Registry.Authentication;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>Every signature scheme a server can be asked for.</summary>
public static class SignatureSchemes
{
    /// <summary>All of them in the order of their codes.</summary>
    public static IReadOnlyList<SignatureScheme> All { get; } =
    [
        // Pairs of TLS 1.2 (RFC 5246 section 7.4.1.4.1) that RFC 8446 gave no name, or a name with "legacy" in it.
        new(0x0101, "rsa_pkcs1_md5", Rsa), new(0x0102, "dsa_md5", Dss), new(0x0103, "ecdsa_md5", Ecdsa),
        new(0x0201, "rsa_pkcs1_sha1", Rsa), new(0x0202, "dsa_sha1", Dss), new(0x0203, "ecdsa_sha1", Ecdsa),
        new(0x0301, "rsa_pkcs1_sha224", Rsa), new(0x0302, "dsa_sha224", Dss), new(0x0303, "ecdsa_sha224", Ecdsa),
        new(0x0401, "rsa_pkcs1_sha256", Rsa), new(0x0402, "dsa_sha256", Dss), new(0x0403, "ecdsa_secp256r1_sha256", Ecdsa),
        new(0x0501, "rsa_pkcs1_sha384", Rsa), new(0x0502, "dsa_sha384", Dss), new(0x0503, "ecdsa_secp384r1_sha384", Ecdsa),
        new(0x0601, "rsa_pkcs1_sha512", Rsa), new(0x0602, "dsa_sha512", Dss), new(0x0603, "ecdsa_secp521r1_sha512", Ecdsa),
        // RFC 8998, RFC 9189, RFC 9367.
        new(0x0708, "sm2sig_sm3", Ecdsa),
        new(0x0709, "gostr34102012_256a", Gost), new(0x070A, "gostr34102012_256b", Gost), new(0x070B, "gostr34102012_256c", Gost),
        new(0x070C, "gostr34102012_256d", Gost), new(0x070D, "gostr34102012_512a", Gost), new(0x070E, "gostr34102012_512b", Gost),
        new(0x070F, "gostr34102012_512c", Gost),
        // RFC 8446, RFC 8422, RFC 8734.
        new(0x0804, "rsa_pss_rsae_sha256", Rsa), new(0x0805, "rsa_pss_rsae_sha384", Rsa), new(0x0806, "rsa_pss_rsae_sha512", Rsa),
        new(0x0807, "ed25519", Ecdsa), new(0x0808, "ed448", Ecdsa),
        new(0x0809, "rsa_pss_pss_sha256", Rsa), new(0x080A, "rsa_pss_pss_sha384", Rsa), new(0x080B, "rsa_pss_pss_sha512", Rsa),
        new(0x081A, "ecdsa_brainpoolP256r1tls13_sha256", Ecdsa), new(0x081B, "ecdsa_brainpoolP384r1tls13_sha384", Ecdsa),
        new(0x081C, "ecdsa_brainpoolP512r1tls13_sha512", Ecdsa),
        // FIPS 204.
        new(0x0904, "mldsa44", MlDsa), new(0x0905, "mldsa65", MlDsa), new(0x0906, "mldsa87", MlDsa),
    ];

    /// <summary>The scheme of a code, or null.</summary>
    public static SignatureScheme? Find(ushort code) => All.FirstOrDefault(scheme => scheme.Code == code);

    /// <summary>The scheme of a name, or null.</summary>
    public static SignatureScheme? Find(string name) =>
        All.FirstOrDefault(scheme => scheme.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
