using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What a server says in a handshake, made by hand: the shape is right, the keys are random.</summary>
internal static class ServerFlight
{
    private const int LongestRecord = 1 << 14;
    private const byte Handshake = 22;
    private const ushort SupportedVersions = 43;
    private const ushort KeyShare = 51;

    /// <summary>A record (RFC 5246 section 6.2.1).</summary>
    public static byte[] Record(byte type, byte[] body) => [type, 3, 3, .. Number16(body.Length), .. body];

    /// <summary>A message in as many records as it takes.</summary>
    public static byte[] Records(byte[] message)
    {
        using var output = new MemoryStream();
        foreach (var part in message.Chunk(LongestRecord))
            output.Write(Record(Handshake, part));
        return output.ToArray();
    }

    /// <summary>A handshake message (RFC 5246 section 7.4).</summary>
    public static byte[] Message(byte type, byte[] body) => [type, .. Number24(body.Length), .. body];

    /// <summary>A ServerHello of TLS 1.2 that chooses ECDHE with RSA and AES-GCM.</summary>
    public static byte[] ServerHello(ReceivedHello hello) => Record(Handshake, Message(2,
        [3, 3, .. RandomNumberGenerator.GetBytes(32), (byte)hello.SessionId.Length, .. hello.SessionId, 0xc0, 0x2f, 0]));

    /// <summary>A ServerHello of TLS 1.3 with X25519, of which nobody has the private key (RFC 8446 section 4.1.3).</summary>
    public static byte[] Tls13ServerHello(ReceivedHello hello) => Tls13Hello(
        hello, RandomNumberGenerator.GetBytes(32), [0, 29, 0, 32, .. RandomNumberGenerator.GetBytes(32)]);

    /// <summary>A HelloRetryRequest that asks for a share of secp384r1 (RFC 8446 section 4.1.4).</summary>
    public static byte[] HelloRetryRequest(ReceivedHello hello) =>
        Tls13Hello(hello, SHA256.HashData("HelloRetryRequest"u8), [0, 24]);

    /// <summary>A Certificate message of about so many bytes, whose entries are of the greatest length but for the last.</summary>
    public static byte[] Chain(int length)
    {
        using var list = new MemoryStream();
        while (list.Length < length)
        {
            var entry = new byte[Math.Min(length - (int)list.Length, 1_000_000)];
            list.Write([.. Number24(entry.Length), .. entry]);
        }

        return Message(11, [.. Number24((int)list.Length), .. list.ToArray()]);
    }

    private static byte[] Tls13Hello(ReceivedHello hello, byte[] random, byte[] keyShare)
    {
        byte[] extensions =
        [
            .. Number16(SupportedVersions), 0, 2, 3, 4,
            .. Number16(KeyShare), .. Number16(keyShare.Length), .. keyShare,
        ];
        return Record(Handshake, Message(2,
        [
            3, 3, .. random, (byte)hello.SessionId.Length, .. hello.SessionId, 0x13, 0x01, 0,
            .. Number16(extensions.Length), .. extensions,
        ]));
    }

    private static byte[] Number16(int number) => [(byte)(number >> 8), (byte)number];

    private static byte[] Number24(int number) => [(byte)(number >> 16), .. Number16(number & 0xffff)];
}
