using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The keys of a session of TLS 1.2 or before, out of its master secret (RFC 5246 section 6.3).</summary>
internal sealed class Tls12Keys
{
    private readonly SuiteCipher _cipher;
    private readonly TlsVersion _version;
    private readonly bool _encryptThenMac;
    private readonly DirectionKeys _client;
    private readonly DirectionKeys _server;

    public Tls12Keys(SuiteCipher cipher, PseudoRandomFunction function, byte[] master, byte[] clientRandom, byte[] serverRandom,
        TlsVersion version, bool encryptThenMac)
    {
        (_cipher, _version, _encryptThenMac) = (cipher, version, encryptThenMac);
        var (mac, key, iv) = (MacLength(cipher), cipher.KeyLength, IvLength(cipher));
        var block = function.Derive(master, "key expansion", [.. serverRandom, .. clientRandom], 2 * (mac + key + iv)).AsSpan();
        DirectionKeys Cut(ReadOnlySpan<byte> from, int second) => new(
            from.Slice(second * mac, mac).ToArray(),
            from.Slice(2 * mac + second * key, key).ToArray(),
            from.Slice(2 * (mac + key) + second * iv, iv).ToArray());
        (_client, _server) = (Cut(block, 0), Cut(block, 1));
    }

    /// <summary>Encryption of what the client writes.</summary>
    public IRecordProtection Writing() => Protect(_client, isForSealing: true);

    /// <summary>Decryption of what the server writes.</summary>
    public IRecordProtection Reading() => Protect(_server, isForSealing: false);

    private static int MacLength(SuiteCipher cipher) => cipher.Aead is not null ? 0 : cipher.Mac.Name switch
    {
        "MD5" => 16,
        "SHA1" => 20,
        "SHA256" => 32,
        _ => 48,
    };

    private static int IvLength(SuiteCipher cipher) => cipher switch
    {
        { Aead: not null } => cipher.HasWholeNonce ? 12 : 4,
        // From TLS 1.1 on it is not used, and no other key comes behind it.
        { Block: { } block } => block().GetBlockSize(),
        _ => 0,
    };

    private IRecordProtection Protect(DirectionKeys keys, bool isForSealing) => _cipher switch
    {
        { Aead: { } aead } => new AeadProtection(aead(keys.Key), keys.Iv),
        { Block: { } block } => new BlockProtection(keys, block(), _cipher.Mac, _version, _encryptThenMac, isForSealing),
        _ => new StreamProtection(keys, _cipher.Stream!(), _cipher.Mac),
    };
}
