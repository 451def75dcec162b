using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>Two key exchanges whose shares and secrets stand one behind the other (draft-ietf-tls-ecdhe-mlkem).</summary>
/// <param name="first">The first part.</param>
/// <param name="firstLength">The length of the server's share in it.</param>
/// <param name="second">The other part.</param>
internal sealed class HybridAgreement(KeyAgreement first, int firstLength, KeyAgreement second) : KeyAgreement
{
    /// <inheritdoc/>
    public override byte[] Share { get; } = [.. first.Share, .. second.Share];

    /// <inheritdoc/>
    public override byte[] Agree(byte[] serverShare) => serverShare.Length > firstLength
        ? [.. first.Agree(serverShare[..firstLength]), .. second.Agree(serverShare[firstLength..])]
        : throw new WireFormatException($"its key share has only {serverShare.Length} bytes");

    /// <summary>
    /// The curve and its part of a server's share. An encapsulated secret differs with the client's key: only here can it be
    /// seen that a server keeps its key.
    /// </summary>
    /// <returns>Null for a group that is no hybrid, or a share that is too short for one.</returns>
    public static (string Curve, byte[] Share)? CurvePart(NamedGroup group, byte[] serverShare) => group.Name switch
    {
        "X25519MLKEM768" when serverShare.Length > 32 => ("x25519", serverShare[^32..]),
        "X25519Kyber768Draft00" when serverShare.Length > 32 => ("x25519", serverShare[..32]),
        "SecP256r1MLKEM768" when serverShare.Length > 65 => ("secp256r1", serverShare[..65]),
        "SecP384r1MLKEM1024" when serverShare.Length > 97 => ("secp384r1", serverShare[..97]),
        _ => null,
    };
}
