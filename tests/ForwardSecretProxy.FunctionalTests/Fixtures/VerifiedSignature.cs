using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Signatures that are verified here, whoever has made them.</summary>
internal static class VerifiedSignature
{
    /// <summary>Signs with the first scheme; whether the signature is good for the signer's public key.</summary>
    public static bool SignsRightly(this ISigner signer, ISigningLease lease, ReadOnlySpan<byte> message)
    {
        var signature = new byte[signer.MaxSignatureLength];
        var length = signer.Sign(lease, signer.Schemes[0], message, signature);
        return SubjectPublicKey.Parse(signer.SubjectPublicKeyInfo.Span)
            .Verify(signer.Schemes[0], message, signature.AsSpan(0, length));
    }

    /// <summary>The same with a session of its own and some message.</summary>
    public static async Task<bool> SignsRightlyAsync(this ISigner signer)
    {
        using var lease = await signer.Pool.AcquireAsync(default);
        return signer.SignsRightly(lease, "message"u8);
    }
}
