using System.Buffers.Binary;
using System.Text;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// What goes between a serving process and a signer, in packets of a unix SOCK_SEQPACKET socket: the kernel keeps their
/// bounds, so nothing has to be put together again. Every packet begins with its kind and the protocol's version.
/// Signatures are small fixed layouts, many of them in flight at once, each answered under its own number; what happens
/// once in a key's life is an exchange in JSON.
/// <code>
/// request  0 kind  1 version  2 scheme(16)  4 number(32)  8 key(128)  24 the block to be signed; none for a test
/// answer   0 kind  1 version  2 status  3 zero  4 number(32)  8 the signature, or in words why there is none
/// exchange 0 kind  1 version  2 JSON
/// </code>
/// Numbers are big-endian.
/// </summary>
internal static class SignerProtocol
{
    /// <summary>The only version there is.</summary>
    public const byte Version = 1;

    /// <summary>The bytes of a request before the block.</summary>
    public const int RequestHeader = 24;

    /// <summary>The bytes of an answer before the signature.</summary>
    public const int AnswerHeader = 8;

    /// <summary>The bytes of an exchange before the JSON.</summary>
    public const int ExchangeHeader = 2;

    /// <summary>
    /// The longest block: a TLS server signs at most two randoms, four bytes and the point of P-384 (165 bytes). What is
    /// longer need not be looked at.
    /// </summary>
    public const int MaxBlock = 256;

    /// <summary>An RSA-4096 signature, or as much of a reason.</summary>
    public const int MaxAnswer = AnswerHeader + 512;

    /// <summary>The longest packet at all. A key gate's report has some 10 KB.</summary>
    public const int MaxPacket = 64 * 1024;

    /// <summary>Writes a request and returns its length: for a signature, or without a block for a test of the key.</summary>
    public static int WriteRequest(
        Span<byte> packet, SignatureScheme scheme, uint number, UInt128 key, ReadOnlySpan<byte> block)
    {
        packet[0] = (byte)(block.IsEmpty ? PacketKind.Test : PacketKind.Sign);
        packet[1] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)scheme);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], number);
        BinaryPrimitives.WriteUInt128BigEndian(packet[8..], key);
        block.CopyTo(packet[RequestHeader..]);
        return RequestHeader + block.Length;
    }

    /// <summary>
    /// Reads a request; false for what is none of this version, has no block or one that is too long, or a test that has one.
    /// </summary>
    public static bool TryReadRequest(
        ReadOnlySpan<byte> packet, out SignatureScheme scheme, out uint number, out UInt128 key, out ReadOnlySpan<byte> block)
    {
        scheme = default;
        number = 0;
        key = default;
        block = default;
        if (packet.Length is < RequestHeader or > RequestHeader + MaxBlock
            || !Is(packet, packet.Length == RequestHeader ? PacketKind.Test : PacketKind.Sign))
            return false;
        scheme = (SignatureScheme)BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        number = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        key = BinaryPrimitives.ReadUInt128BigEndian(packet[8..]);
        block = packet[RequestHeader..];
        return true;
    }

    /// <summary>Begins an answer; what comes after the header is the caller's.</summary>
    public static void WriteAnswerHeader(Span<byte> packet, SignStatus status, uint number)
    {
        packet[0] = (byte)PacketKind.Signed;
        packet[1] = Version;
        packet[2] = (byte)status;
        packet[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], number);
    }

    /// <summary>Writes an answer that has no signature, cut to what a packet takes, and returns its length.</summary>
    public static int WriteRefusal(Span<byte> packet, SignStatus status, uint number, string reason)
    {
        WriteAnswerHeader(packet, status, number);
        Encoding.UTF8.TryGetBytes(reason.AsSpan(0, Math.Min(reason.Length, (MaxAnswer - AnswerHeader) / 3)),
            packet[AnswerHeader..MaxAnswer], out var length);
        return AnswerHeader + length;
    }

    /// <summary>Reads an answer; false for what is none of this version, or is longer than any.</summary>
    public static bool TryReadAnswer(
        ReadOnlySpan<byte> packet, out SignStatus status, out uint number, out ReadOnlySpan<byte> content)
    {
        status = default;
        number = 0;
        content = default;
        if (packet.Length is < AnswerHeader or > MaxAnswer || !Is(packet, PacketKind.Signed)) return false;
        status = (SignStatus)packet[2];
        number = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        content = packet[AnswerHeader..];
        return status <= SignStatus.Unavailable;
    }

    /// <summary>Whether a packet is of that kind and of our version.</summary>
    public static bool Is(ReadOnlySpan<byte> packet, PacketKind kind) =>
        packet.Length >= ExchangeHeader && packet[0] == (byte)kind && packet[1] == Version;
}

/// <summary>The first byte of a packet.</summary>
internal enum PacketKind : byte
{
    /// <summary>A block to be signed.</summary>
    Sign = 1,

    /// <summary>Its answer.</summary>
    Signed = 2,

    /// <summary>A question in JSON.</summary>
    Ask = 3,

    /// <summary>Its answer.</summary>
    Told = 4,

    /// <summary>A request without a block: for the signer's own test of the key.</summary>
    Test = 5,
}

/// <summary>What came of a request for a signature.</summary>
internal enum SignStatus : byte
{
    /// <summary>It is signed.</summary>
    Signed = 0,

    /// <summary>The signer has no such key: it was started anew since, and has to be asked for the key again.</summary>
    UnknownKey = 1,

    /// <summary>No TLS server signs such a block with that scheme.</summary>
    Refused = 2,

    /// <summary>The key has made as many signatures in this second as it may.</summary>
    Limited = 3,

    /// <summary>The token did not sign this.</summary>
    Failed = 4,

    /// <summary>The token signs nothing now.</summary>
    Unavailable = 5,
}
