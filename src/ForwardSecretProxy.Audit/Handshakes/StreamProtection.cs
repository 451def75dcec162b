using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>Records under a stream cipher, or under none, with a MAC (RFC 5246 section 6.2.3.1).</summary>
internal sealed class StreamProtection : IRecordProtection
{
    private readonly IStreamCipher? _cipher;
    private readonly HashAlgorithmName _mac;
    private readonly byte[] _macKey;
    private ulong _sequence;

    /// <summary>One direction.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="cipher">Null for suites that do not encrypt.</param>
    /// <param name="mac">The hash of its HMAC.</param>
    public StreamProtection(DirectionKeys keys, IStreamCipher? cipher, HashAlgorithmName mac)
    {
        cipher?.Init(true, new KeyParameter(keys.Key));
        (_cipher, _mac, _macKey) = (cipher, mac, keys.Mac);
    }

    /// <inheritdoc/>
    public TlsRecord Seal(TlsRecord record)
    {
        var sealedContent = Transform([.. record.Fragment, .. Mac(record, record.Fragment)]);
        _sequence++;
        return record with { Fragment = sealedContent };
    }

    /// <inheritdoc/>
    public TlsRecord Open(TlsRecord record)
    {
        var opened = Transform(record.Fragment);
        if (opened.Length < _macKey.Length)
            throw RecordCodes.NotAuthentic();
        var content = opened[..^_macKey.Length];
        if (!CryptographicOperations.FixedTimeEquals(opened.AsSpan(content.Length), Mac(record, content)))
            throw RecordCodes.NotAuthentic();
        _sequence++;
        return record with { Fragment = content };
    }

    private byte[] Mac(TlsRecord record, byte[] content)
    {
        byte[] covered = [.. RecordCodes.Header(_sequence, record, content.Length), .. content];
        return CryptographicOperations.HmacData(_mac, _macKey, covered);
    }

    private byte[] Transform(byte[] input)
    {
        if (_cipher is null)
            return input;
        var output = new byte[input.Length];
        _cipher.ProcessBytes(input, 0, input.Length, output, 0);
        return output;
    }
}
