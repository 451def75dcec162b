using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Makes good signatures, of something else.</summary>
internal sealed class WrongSigner(TlsCredentialedSigner right) : TlsSigner
{
    /// <inheritdoc/>
    public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash)
    {
        byte[] other = [.. hash];
        other[0] ^= 1;
        return right.GenerateRawSignature(other);
    }

    /// <inheritdoc/>
    public TlsStreamSigner? GetStreamSigner(SignatureAndHashAlgorithm algorithm) => null;
}
