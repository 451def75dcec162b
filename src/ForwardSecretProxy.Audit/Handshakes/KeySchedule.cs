using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The key schedule of TLS 1.3 (RFC 8446 section 7.1), which goes from stage to stage.</summary>
internal sealed class KeySchedule
{
    private readonly HashAlgorithmName _hash;
    private readonly byte[] _zeros;
    private readonly byte[] _emptyHash;
    private byte[] _secret;

    /// <summary>Begins with the early secret.</summary>
    /// <param name="hash">The suite's.</param>
    /// <param name="preSharedKey">Of the ticket, or null.</param>
    public KeySchedule(HashAlgorithmName hash, byte[]? preSharedKey)
    {
        _hash = hash;
        _emptyHash = CryptographicOperations.HashData(hash, []);
        _zeros = new byte[_emptyHash.Length];
        _secret = HKDF.Extract(hash, preSharedKey ?? _zeros, _zeros);
    }

    /// <summary>The length of the hash, and so of all secrets.</summary>
    public int Length => _zeros.Length;

    /// <summary>Goes on: to the handshake secret, and from there to the master secret.</summary>
    /// <param name="input">The shared secret of the key exchange; null where there is none.</param>
    public void Advance(byte[]? input = null) =>
        _secret = HKDF.Extract(_hash, input ?? _zeros, Derive("derived", _emptyHash));

    /// <summary>A secret of this stage.</summary>
    /// <param name="label">Such as <c>c hs traffic</c>.</param>
    /// <param name="transcriptHash">Up to where the secret holds.</param>
    public byte[] Derive(string label, byte[] transcriptHash) => ExpandLabel(_secret, label, transcriptHash, Length);

    /// <summary>What a binder is made with (RFC 8446 section 4.2.11.2); of the early stage, for a ticket.</summary>
    public byte[] BinderKey() => Derive("res binder", _emptyHash);

    /// <summary>The verify_data of a Finished, or a binder (RFC 8446 section 4.4.4).</summary>
    public byte[] Finished(byte[] baseKey, byte[] transcriptHash) =>
        CryptographicOperations.HmacData(_hash, ExpandLabel(baseKey, "finished", [], Length), transcriptHash);

    /// <summary>The secret of a ticket (RFC 8446 section 4.6.1).</summary>
    public byte[] TicketSecret(byte[] resumptionSecret, byte[] nonce) => ExpandLabel(resumptionSecret, "resumption", nonce, Length);

    /// <summary>The traffic secret that follows a KeyUpdate (RFC 8446 section 7.2).</summary>
    public byte[] Next(byte[] trafficSecret) => ExpandLabel(trafficSecret, "traffic upd", [], Length);

    /// <summary>Encryption under a traffic secret (RFC 8446 section 7.3).</summary>
    public Tls13Protection Protect(SuiteCipher cipher, byte[] trafficSecret) => new(
        cipher.Aead!(ExpandLabel(trafficSecret, "key", [], cipher.KeyLength)), ExpandLabel(trafficSecret, "iv", [], 12));

    /// <summary>HKDF-Expand-Label.</summary>
    public byte[] ExpandLabel(byte[] secret, string label, byte[] context, int length)
    {
        var info = new WireWriter().UInt16(length).Vector8(Encoding.ASCII.GetBytes("tls13 " + label)).Vector8(context).ToArray();
        return HKDF.Expand(_hash, secret, length, info);
    }
}
