using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A ClientHello (RFC 8446 section 4.1.2) written byte by byte, for offers that no ordinary client makes.
/// </summary>
internal sealed class ClientHello
{
    private const ushort ServerName = 0;
    private const ushort SupportedGroups = 10;
    private const ushort SignatureAlgorithms = 13;
    private const ushort PreSharedKey = 41;
    private const ushort SupportedVersions = 43;
    private const ushort PskKeyExchangeModes = 45;
    private const ushort KeyShare = 51;
    private const ushort X25519 = 0x001d;

    private readonly List<(ushort Type, byte[] Data)> _extensions = [];
    private byte[] _suites = [];
    private byte[] _compression = [0];

    /// <summary>TLS 1.3 with X25519; the share is random, because the handshake is never finished.</summary>
    public static ClientHello Tls13() => new ClientHello()
        .WithSuites(0x1301)
        .WithExtension(SupportedVersions, [2, 0x03, 0x04])
        .WithGroupsAndSignatures()
        .WithExtension(KeyShare, [.. Vector16([.. Number16(X25519), .. Vector16(RandomNumberGenerator.GetBytes(32))])]);

    /// <summary>TLS 1.2 with ECDHE and AES-GCM, for an ECDSA or an RSA certificate.</summary>
    public static ClientHello Tls12() => new ClientHello()
        .WithSuites(0xc02b, 0xc02f)
        .WithGroupsAndSignatures();

    /// <summary>Replaces the cipher suites.</summary>
    public ClientHello WithSuites(params ushort[] suites)
    {
        _suites = [.. suites.SelectMany(Number16)];
        return this;
    }

    /// <summary>Replaces the compression methods: 0 is none, 1 is DEFLATE (RFC 3749).</summary>
    public ClientHello WithCompression(params byte[] methods)
    {
        _compression = methods;
        return this;
    }

    /// <summary>Adds an extension after those already there.</summary>
    public ClientHello WithExtension(ushort type, byte[] data)
    {
        _extensions.Add((type, data));
        return this;
    }

    /// <summary>Adds a server name (RFC 6066 section 3).</summary>
    public ClientHello WithServerName(string name)
    {
        byte[] host = [.. System.Text.Encoding.ASCII.GetBytes(name)];
        return WithExtension(ServerName, Vector16([0, .. Vector16(host)]));
    }

    /// <summary>Takes out the key share: there is then nothing to agree on but a pre-shared key.</summary>
    public ClientHello WithoutKeyShare()
    {
        _extensions.RemoveAll(extension => extension.Type == KeyShare);
        return this;
    }

    /// <summary>The handshake message, without a record around it.</summary>
    public byte[] ToMessage() => Message(_extensions);

    /// <summary>
    /// The handshake message that offers a session, with a binder that proves knowledge of its key (RFC 8446 section
    /// 4.2.11.2).
    /// </summary>
    /// <param name="session">Saved by s_client; its suite uses SHA-256.</param>
    /// <param name="modes">0 is psk_ke, 1 is psk_dhe_ke.</param>
    public byte[] ToResumptionMessage(SavedSession session, params byte[] modes)
    {
        const int binderBytes = 32;
        byte[] identity = [.. Vector16(session.Ticket), .. RandomNumberGenerator.GetBytes(4)];
        byte[] binders = [binderBytes, .. new byte[binderBytes]];
        var message = Message(
        [
            .. _extensions,
            (PskKeyExchangeModes, [(byte)modes.Length, .. modes]),
            (PreSharedKey, [.. Vector16(identity), .. Vector16(binders)]),
        ]);
        var truncated = message.AsSpan(0, message.Length - 2 - binders.Length);
        session.MakeBinder(truncated).CopyTo(message.AsSpan(message.Length - binderBytes));
        return message;
    }

    /// <summary>Puts a handshake message into as many records as it needs (RFC 8446 section 5.1).</summary>
    public static byte[] ToRecords(byte[] message, int fragmentBytes = 16 * 1024) =>
        [.. message.Chunk(fragmentBytes).SelectMany(fragment => (byte[])[22, 3, 1, .. Vector16(fragment)])];

    private ClientHello WithGroupsAndSignatures() => this
        .WithExtension(SupportedGroups, Vector16(Number16(X25519)))
        .WithExtension(SignatureAlgorithms, Vector16([4, 3, 8, 4, 4, 1]));

    private byte[] Message(IEnumerable<(ushort Type, byte[] Data)> extensions)
    {
        byte[] body =
        [
            3, 3,
            .. RandomNumberGenerator.GetBytes(32),
            32, .. RandomNumberGenerator.GetBytes(32),
            .. Vector16(_suites),
            (byte)_compression.Length, .. _compression,
            .. Vector16([.. extensions.SelectMany(extension =>
                (byte[])[.. Number16(extension.Type), .. Vector16(extension.Data)])]),
        ];
        return [1, (byte)(body.Length >> 16), .. Number16((ushort)body.Length), .. body];
    }

    private static byte[] Number16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Vector16(byte[] content) => [.. Number16((ushort)content.Length), .. content];
}
