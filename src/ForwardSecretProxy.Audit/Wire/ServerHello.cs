using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A ServerHello, or the HelloRetryRequest that looks like one (RFC 8446 sections 4.1.3 and 4.1.4).</summary>
internal sealed record ServerHello
{
    private const string Name = "ServerHello";

    // SHA-256 of "HelloRetryRequest".
    private static readonly byte[] RetryRandom = Convert.FromHexString(
        "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    /// <summary>The version that was agreed on: of the extension where there is one.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>32 bytes.</summary>
    public required byte[] Random { get; init; }

    /// <summary>At most 32 bytes.</summary>
    public required byte[] SessionId { get; init; }

    /// <summary>The code of the suite.</summary>
    public required ushort Suite { get; init; }

    /// <summary>The compression method.</summary>
    public required byte CompressionMethod { get; init; }

    /// <summary>In their order.</summary>
    public required IReadOnlyList<HelloExtension> Extensions { get; init; }

    /// <summary>Whether the server asks for another ClientHello.</summary>
    public bool IsRetryRequest => Random.AsSpan().SequenceEqual(RetryRandom);

    /// <summary>The server's key share in TLS 1.3; with an empty share, the group a HelloRetryRequest wants.</summary>
    public KeyShareEntry? KeyShare { get; private init; }

    /// <summary>The content of an extension, or null.</summary>
    public byte[]? Find(ExtensionType type) => Extensions.FirstOrDefault(extension => extension.Type == type)?.Data;

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public static ServerHello Parse(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body, Name);
        var hello = new ServerHello
        {
            Version = (TlsVersion)reader.UInt16(),
            Random = reader.Bytes(32).ToArray(),
            SessionId = ReadSessionId(ref reader),
            Suite = reader.UInt16(),
            CompressionMethod = reader.UInt8(),
            Extensions = reader.IsEmpty ? [] : HelloExtension.ReadAll(ref reader, Name),
        };
        reader.End();
        return hello with { Version = ReadVersion(hello), KeyShare = ReadKeyShare(hello) };
    }

    private static byte[] ReadSessionId(ref WireReader reader) => reader.Vector8() is { Length: <= 32 } id
        ? id.ToArray() : throw new WireFormatException($"its {Name} has a session ID of more than 32 bytes");

    private static TlsVersion ReadVersion(ServerHello hello)
    {
        if (hello.Find(ExtensionType.SupportedVersions) is not { } data)
            return hello.Version;
        var reader = new WireReader(data, Name);
        var version = (TlsVersion)reader.UInt16();
        reader.End();
        return version;
    }

    private static KeyShareEntry? ReadKeyShare(ServerHello hello)
    {
        if (hello.Find(ExtensionType.KeyShare) is not { } data)
            return null;
        var reader = new WireReader(data, Name);
        var share = new KeyShareEntry(reader.UInt16(), hello.IsRetryRequest ? [] : reader.Vector16().ToArray());
        reader.End();
        return share;
    }
}
