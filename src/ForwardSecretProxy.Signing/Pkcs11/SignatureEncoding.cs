using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Turns what a token answers into what TLS carries.</summary>
internal static class SignatureEncoding
{
    /// <summary>
    /// Writes the signature; false when the token's answer has not the length that the key's kind demands.
    /// </summary>
    public static bool TryWrite(
        SubjectPublicKey key, ReadOnlySpan<byte> fromToken, Span<byte> destination, out int written)
    {
        written = 0;
        if (fromToken.Length != (key.IsRsa ? key.MaxSignatureLength : key.Bits / 4))
            return false;

        if (!key.IsRsa)
        {
            written = EcdsaDer.Write(fromToken, destination);
            return true;
        }

        fromToken.CopyTo(destination);
        written = fromToken.Length;
        return true;
    }
}
