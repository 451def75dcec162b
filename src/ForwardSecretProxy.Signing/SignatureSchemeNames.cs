namespace ForwardSecretProxy.Signing;

/// <summary>The names that RFC 8446 section 4.2.3 gives signature schemes.</summary>
public static class SignatureSchemeNames
{
    /// <summary>The scheme's name, such as <c>ecdsa_secp256r1_sha256</c>.</summary>
    public static string Name(this SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 => "ecdsa_secp256r1_sha256",
        SignatureScheme.EcdsaSecp384r1Sha384 => "ecdsa_secp384r1_sha384",
        SignatureScheme.RsaPssRsaeSha256 => "rsa_pss_rsae_sha256",
        SignatureScheme.RsaPssRsaeSha384 => "rsa_pss_rsae_sha384",
        SignatureScheme.RsaPssRsaeSha512 => "rsa_pss_rsae_sha512",
        SignatureScheme.RsaPkcs1Sha256 => "rsa_pkcs1_sha256",
        SignatureScheme.RsaPkcs1Sha384 => "rsa_pkcs1_sha384",
        SignatureScheme.RsaPkcs1Sha512 => "rsa_pkcs1_sha512",
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "Not a scheme of ours."),
    };
}
