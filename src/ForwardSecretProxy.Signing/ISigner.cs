namespace ForwardSecretProxy.Signing;

/// <summary>
/// One private key that can sign and can do nothing else: it is used in place, never read.
/// </summary>
public interface ISigner
{
    /// <summary>The public half, as a DER SubjectPublicKeyInfo (RFC 5280 section 4.1).</summary>
    ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The schemes this key and its token can really make, probed when the signer was opened.</summary>
    IReadOnlyList<SignatureScheme> Schemes { get; }

    /// <summary>The longest signature this key makes, in bytes as TLS carries it (DER for ECDSA).</summary>
    int MaxSignatureLength { get; }

    /// <summary>Where the right to sign is waited for. Signers whose keys share a token share a pool.</summary>
    ISigningPool Pool { get; }

    /// <summary>
    /// Signs <paramref name="message"/> (not yet hashed) and writes the signature as TLS carries it: DER for ECDSA
    /// (RFC 3279 section 2.2.3), a big-endian integer as long as the modulus for RSA. Blocks for as long as the
    /// token takes.
    /// </summary>
    /// <param name="lease">A live lease from <see cref="Pool"/>; one lease makes one signature at a time.</param>
    /// <param name="scheme">One of <see cref="Schemes"/>.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="destination">At least <see cref="MaxSignatureLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="SigningException">The token refused or failed; the message names its reason.</exception>
    int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination);

    /// <summary>
    /// Has the token make a signature of something that is no handshake, and verifies it. Blocks for as long as the token
    /// takes.
    /// </summary>
    /// <param name="lease">A live lease from <see cref="Pool"/>.</param>
    /// <exception cref="SigningException">The token did not sign, or made a signature that does not verify.</exception>
    void Test(ISigningLease lease) => SigningTest.Run(this, lease);
}
