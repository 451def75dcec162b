using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>Records of TLS 1.3 (RFC 8446 section 5.2).</summary>
/// <param name="aead">With this direction's key.</param>
/// <param name="iv">12 bytes.</param>
internal sealed class Tls13Protection(Aead aead, byte[] iv) : IRecordProtection
{
    private ulong _sequence;

    /// <inheritdoc/>
    public TlsRecord Seal(TlsRecord record)
    {
        // It means nothing any more, and is sent as it always was (RFC 8446 appendix D.4).
        if (record.Type == ContentType.ChangeCipherSpec)
            return record;
        byte[] inner = [.. record.Fragment, (byte)record.Type];
        var outer = new TlsRecord(ContentType.ApplicationData, (ushort)TlsVersion.Tls12, inner);
        var content = aead.Seal(RecordCodes.Nonce(iv, _sequence++), inner, Header(outer, inner.Length + aead.TagLength));
        return outer with { Fragment = content };
    }

    /// <inheritdoc/>
    public TlsRecord Open(TlsRecord record)
    {
        if (record.Type == ContentType.ChangeCipherSpec)
            return record;
        if (record.Type != ContentType.ApplicationData)
            throw RecordCodes.NotAuthentic();
        var inner = aead.Open(RecordCodes.Nonce(iv, _sequence++), record.Fragment, Header(record, record.Fragment.Length));
        var end = inner.AsSpan().LastIndexOfAnyExcept((byte)0);
        return end < 0 ? throw new WireFormatException("it sends a record of nothing but padding")
            : record with { Type = (ContentType)inner[end], Fragment = inner[..end] };
    }

    private static byte[] Header(TlsRecord record, int length) =>
        new WireWriter().UInt8((byte)record.Type).UInt16(record.Version).UInt16(length).ToArray();
}
