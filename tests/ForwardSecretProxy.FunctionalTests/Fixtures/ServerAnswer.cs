using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The first record of a server: a ServerHello, an alert, or nothing before the end.</summary>
internal sealed record ServerAnswer
{
    private const ushort PreSharedKey = 41;
    private const ushort KeyShare = 51;

    /// <summary>The connection ended without a record.</summary>
    public static ServerAnswer Closed { get; } = new();

    /// <summary>The alert's number (RFC 8446 appendix B.2); null when it was no alert.</summary>
    public int? Alert { get; private init; }

    /// <summary>Whether it was a ServerHello.</summary>
    public bool IsServerHello { get; private init; }

    /// <summary>Whether it was a HelloRetryRequest: a ServerHello with a fixed random (RFC 8446 section 4.1.3).</summary>
    public bool IsRetryRequest { get; private init; }

    /// <summary>The compression method of a ServerHello.</summary>
    public int Compression { get; private init; }

    /// <summary>The extensions of a ServerHello.</summary>
    public IReadOnlyDictionary<ushort, byte[]> Extensions { get; private init; } = new Dictionary<ushort, byte[]>();

    /// <summary>Whether the session that was offered is resumed.</summary>
    public bool Resumes => Extensions.ContainsKey(PreSharedKey);

    /// <summary>The server's ephemeral public key in hexadecimal; null without one.</summary>
    public string? EphemeralKey =>
        Extensions.TryGetValue(KeyShare, out var share) ? Convert.ToHexString(share.AsSpan(4)) : null;

    /// <summary>Reads a record.</summary>
    public static ServerAnswer Parse(byte contentType, ReadOnlySpan<byte> body) => contentType switch
    {
        21 => new ServerAnswer { Alert = body[1] },
        22 when body[0] == 2 => ParseServerHello(body[4..]),
        _ => throw new InvalidDataException($"The server answered with a record of type {contentType}."),
    };

    // RFC 8446 section 4.1.3: version, random, session id, suite, compression, extensions.
    private static ServerAnswer ParseServerHello(ReadOnlySpan<byte> hello)
    {
        var rest = hello[(2 + 32)..];
        rest = rest[(1 + rest[0])..];
        var extensions = new Dictionary<ushort, byte[]>();
        var compression = rest[2];
        rest = rest.Length > 3 ? rest[5..] : [];
        while (!rest.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            extensions[BinaryPrimitives.ReadUInt16BigEndian(rest)] = rest.Slice(4, length).ToArray();
            rest = rest[(4 + length)..];
        }

        return new ServerAnswer
        {
            IsServerHello = true,
            IsRetryRequest = hello.Slice(2, 32).SequenceEqual(SHA256.HashData("HelloRetryRequest"u8)),
            Compression = compression,
            Extensions = extensions,
        };
    }
}
