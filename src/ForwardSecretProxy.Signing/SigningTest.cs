using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Signing;

/// <summary>The test of a key that is in use: one signature, and whether it is the key's.</summary>
public static class SigningTest
{
    /// <summary>What is signed. Too short and of the wrong letters for anything that TLS signs.</summary>
    public static ReadOnlySpan<byte> Message => "fsp readiness check, not a TLS handshake"u8;

    /// <summary>Signs and verifies.</summary>
    /// <exception cref="SigningException">The token did not sign, or made a signature that does not verify.</exception>
    public static void Run(ISigner signer, ISigningLease lease)
    {
        ArgumentNullException.ThrowIfNull(signer);
        Span<byte> signature = stackalloc byte[signer.MaxSignatureLength];
        var scheme = signer.Schemes[0];
        var length = signer.Sign(lease, scheme, Message, signature);
        if (!SubjectPublicKey.Parse(signer.SubjectPublicKeyInfo.Span).Verify(scheme, Message, signature[..length]))
            throw new SigningException("Its test signature does not verify.");
    }
}
