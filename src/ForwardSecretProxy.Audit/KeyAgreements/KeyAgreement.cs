using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>
/// The client's half of an ephemeral key exchange. It is made for one handshake with a server under test: nothing that is
/// secret in earnest is ever sent under it.
/// </summary>
internal abstract class KeyAgreement
{
    /// <summary>The client's share, as a key_share or ClientKeyExchange has it.</summary>
    public abstract byte[] Share { get; }

    /// <summary>The shared secret.</summary>
    /// <param name="serverShare">The server's share, or the encapsulated secret.</param>
    /// <exception cref="Wire.WireFormatException">It is none of this group.</exception>
    public abstract byte[] Agree(byte[] serverShare);

    /// <summary>A new half for a group, or null for a group whose arithmetic is not there.</summary>
    public static KeyAgreement? Create(NamedGroup group) => group.Name switch
    {
        "x25519" or "x448" => new MontgomeryAgreement(group.Name),
        "MLKEM512" or "MLKEM768" or "MLKEM1024" => new EncapsulationAgreement(group.Name),
        "X25519MLKEM768" =>
            new HybridAgreement(
                new EncapsulationAgreement("MLKEM768"), EncapsulationAgreement.Length768, new MontgomeryAgreement("x25519")),
        "SecP256r1MLKEM768" => new HybridAgreement(new CurveAgreement("secp256r1"), 65, new EncapsulationAgreement("MLKEM768")),
        "SecP384r1MLKEM1024" => new HybridAgreement(new CurveAgreement("secp384r1"), 97, new EncapsulationAgreement("MLKEM1024")),
        // The draft of 2023 put the curve first, and its Kyber has keys of ML-KEM's shape: the share is good, the secret is not.
        "X25519Kyber768Draft00" => new HybridAgreement(new MontgomeryAgreement("x25519"), 32, new EncapsulationAgreement("MLKEM768")),
        _ => group.Kind switch
        {
            NamedGroupKind.FiniteField => FiniteFieldAgreement.For(group),
            NamedGroupKind.Curve => CurveAgreement.For(group),
            _ => null,
        },
    };
}
