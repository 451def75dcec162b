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
}
