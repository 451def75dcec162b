using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>
/// Records in CBC (RFC 5246 section 6.2.3.2; RFC 2246 section 6.2.3.2, where each record goes on from the one before; RFC
/// 7366). Nothing that is secret in earnest is read here, so no care is taken that it takes the same time always.
/// </summary>
internal sealed class BlockProtection : IRecordProtection
{
    private readonly CbcBlockCipher _cipher;
    private readonly KeyParameter _key;
    private readonly HashAlgorithmName _mac;
    private readonly byte[] _macKey;
    private readonly int _macLength;
    private readonly bool _isForSealing;
    private readonly bool _hasOwnStart;
    private readonly bool _macIsLast;
    private ulong _sequence;

    /// <summary>One direction.</summary>
    /// <param name="keys">Its keys; the IV is TLS 1.0's.</param>
    /// <param name="cipher">The block cipher.</param>
    /// <param name="mac">The hash of its HMAC.</param>
    /// <param name="version">Decides where a record starts from.</param>
    /// <param name="encryptThenMac">Whether what was encrypted is authenticated, not what is encrypted.</param>
    /// <param name="isForSealing">Which direction.</param>
    public BlockProtection(DirectionKeys keys, IBlockCipher cipher, HashAlgorithmName mac, TlsVersion version,
        bool encryptThenMac, bool isForSealing)
    {
        _cipher = new CbcBlockCipher(cipher);
        _key = new KeyParameter(keys.Key);
        (_mac, _macKey, _macLength) = (mac, keys.Mac, keys.Mac.Length);
        (_isForSealing, _hasOwnStart, _macIsLast) = (isForSealing, version >= TlsVersion.Tls11, encryptThenMac);
        if (!_hasOwnStart)
            Start(keys.Iv);
    }

    private int BlockSize => _cipher.GetBlockSize();

    /// <inheritdoc/>
    public TlsRecord Seal(TlsRecord record)
    {
        var content = _macIsLast ? record.Fragment : [.. record.Fragment, .. Mac(record, record.Fragment)];
        var padding = BlockSize - (content.Length + 1) % BlockSize;
        padding = padding == BlockSize ? 0 : padding;
        byte[] padded = [.. content, .. Enumerable.Repeat((byte)padding, padding + 1)];

        var start = _hasOwnStart ? RandomNumberGenerator.GetBytes(BlockSize) : [];
        if (_hasOwnStart)
            Start(start);
        byte[] encrypted = [.. start, .. Transform(padded)];
        if (_macIsLast)
            encrypted = [.. encrypted, .. Mac(record, encrypted)];
        _sequence++;
        return record with { Fragment = encrypted };
    }

    /// <inheritdoc/>
    public TlsRecord Open(TlsRecord record)
    {
        var encrypted = record.Fragment;
        if (_macIsLast)
        {
            if (encrypted.Length < _macLength)
                throw RecordCodes.NotAuthentic();
            (encrypted, var mac) = (encrypted[..^_macLength], encrypted[^_macLength..]);
            Demand(record, encrypted, mac);
        }

        var start = _hasOwnStart ? BlockSize : 0;
        if (encrypted.Length % BlockSize != 0 || encrypted.Length < start + BlockSize)
            throw RecordCodes.NotAuthentic();
        if (_hasOwnStart)
            Start(encrypted[..start]);
        var content = WithoutPadding(Transform(encrypted[start..]));
        if (!_macIsLast)
        {
            if (content.Length < _macLength)
                throw RecordCodes.NotAuthentic();
            (content, var mac) = (content[..^_macLength], content[^_macLength..]);
            Demand(record, content, mac);
        }

        _sequence++;
        return record with { Fragment = content };
    }

    private static byte[] WithoutPadding(byte[] padded)
    {
        var padding = padded[^1];
        if (padding >= padded.Length || padded.AsSpan(padded.Length - 1 - padding).ContainsAnyExcept(padding))
            throw RecordCodes.NotAuthentic();
        return padded[..^(padding + 1)];
    }

    private void Demand(TlsRecord record, byte[] content, byte[] mac)
    {
        if (!CryptographicOperations.FixedTimeEquals(mac, Mac(record, content)))
            throw RecordCodes.NotAuthentic();
    }

    private byte[] Mac(TlsRecord record, byte[] content)
    {
        byte[] covered = [.. RecordCodes.Header(_sequence, record, content.Length), .. content];
        return CryptographicOperations.HmacData(_mac, _macKey, covered);
    }

    private void Start(byte[] iv) => _cipher.Init(_isForSealing, new ParametersWithIV(_key, iv));

    private byte[] Transform(byte[] blocks)
    {
        var output = new byte[blocks.Length];
        for (var at = 0; at < blocks.Length; at += BlockSize)
            _cipher.ProcessBlock(blocks, at, output, at);
        return output;
    }
}
