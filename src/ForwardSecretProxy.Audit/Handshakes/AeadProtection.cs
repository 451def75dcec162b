using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>
/// Records under an AEAD in TLS 1.2 (RFC 5246 section 6.2.3.3): with a nonce of which eight bytes are sent (RFC 5288, RFC
/// 6655), or with none sent (RFC 7905).
/// </summary>
/// <param name="aead">With this direction's key.</param>
/// <param name="fixedPart">Of the nonce: 4 bytes, or all 12.</param>
internal sealed class AeadProtection(Aead aead, byte[] fixedPart) : IRecordProtection
{
    private const int NonceLength = 12;
    private readonly int _sent = NonceLength - fixedPart.Length;
    private ulong _sequence;

    /// <inheritdoc/>
    public TlsRecord Seal(TlsRecord record)
    {
        // Any nonce that does not come twice will do, and the record's number does not.
        var sent = RecordCodes.Number(_sequence)[..Math.Min(8, _sent)];
        var content = aead.Seal(Nonce(sent), record.Fragment, RecordCodes.Header(_sequence, record, record.Fragment.Length));
        _sequence++;
        return record with { Fragment = [.. sent, .. content] };
    }

    /// <inheritdoc/>
    public TlsRecord Open(TlsRecord record)
    {
        var length = record.Fragment.Length - _sent - aead.TagLength;
        if (length < 0)
            throw RecordCodes.NotAuthentic();
        var content = aead.Open(
            Nonce(record.Fragment[.._sent]), record.Fragment[_sent..], RecordCodes.Header(_sequence, record, length));
        _sequence++;
        return record with { Fragment = content };
    }

    private byte[] Nonce(byte[] sent) => _sent == 0 ? RecordCodes.Nonce(fixedPart, _sequence) : [.. fixedPart, .. sent];
}
