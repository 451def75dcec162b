using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The function that all keys of TLS 1.2 and before come from, and the hash that goes with it.</summary>
/// <param name="version">TLS 1.0 and 1.1 have one of their own (RFC 2246 section 5).</param>
/// <param name="hash">The suite's, in TLS 1.2 (RFC 5246 section 5).</param>
internal sealed class PseudoRandomFunction(TlsVersion version, HashAlgorithmName hash)
{
    /// <summary>Derives.</summary>
    public byte[] Derive(byte[] secret, string label, byte[] seed, int length)
    {
        byte[] labelled = [.. Encoding.ASCII.GetBytes(label), .. seed];
        if (version >= TlsVersion.Tls12)
            return Expand(hash, secret, labelled, length);

        // The halves overlap in one byte when the secret has an odd length.
        var half = (secret.Length + 1) / 2;
        var output = Expand(HashAlgorithmName.MD5, secret[..half], labelled, length);
        var other = Expand(HashAlgorithmName.SHA1, secret[^half..], labelled, length);
        for (var at = 0; at < length; at++)
            output[at] ^= other[at];
        return output;
    }

    /// <summary>The hash of a transcript, as Finished messages take it.</summary>
    public byte[] Hash(Transcript transcript) => version >= TlsVersion.Tls12 ? transcript.Hash(hash)
        : [.. transcript.Hash(HashAlgorithmName.MD5), .. transcript.Hash(HashAlgorithmName.SHA1)];

    private static byte[] Expand(HashAlgorithmName hash, byte[] secret, byte[] seed, int length)
    {
        var output = new List<byte>(length);
        for (var step = seed; output.Count < length;)
        {
            step = CryptographicOperations.HmacData(hash, secret, step);
            byte[] input = [.. step, .. seed];
            output.AddRange(CryptographicOperations.HmacData(hash, secret, input));
        }

        return [.. output.Take(length)];
    }
}
