using System.Buffers.Binary;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>What the kinds of record protection have in common.</summary>
internal static class RecordCodes
{
    /// <summary>The error of a record that does not decrypt; it says no more, as no peer should be told more.</summary>
    public static WireFormatException NotAuthentic() => new("it sends a record that is not encrypted as was agreed");

    /// <summary>A record's number, as MACs and nonces take it.</summary>
    public static byte[] Number(ulong sequence)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, sequence);
        return number;
    }

    /// <summary>What is authenticated beside a record's content in TLS 1.2 and before (RFC 5246 section 6.2.3).</summary>
    public static byte[] Header(ulong sequence, TlsRecord record, int length) => new WireWriter()
        .Bytes(Number(sequence)).UInt8((byte)record.Type).UInt16(record.Version).UInt16(length).ToArray();

    /// <summary>The record's number under the fixed part of the nonce (RFC 8446 section 5.3, RFC 7905 section 2).</summary>
    public static byte[] Nonce(byte[] fixedPart, ulong sequence)
    {
        var nonce = fixedPart.ToArray();
        var number = Number(sequence);
        for (var at = 0; at < number.Length; at++)
            nonce[nonce.Length - number.Length + at] ^= number[at];
        return nonce;
    }
}
