using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A ClientHello with anything in it (RFC 8446 section 4.1.2; for SSL 3.0 RFC 6101 section 5.6.1.2).</summary>
internal sealed record ClientHello
{
    /// <summary>Asks to be told that renegotiation is secure, without an extension (RFC 5746 section 3.3).</summary>
    public const ushort RenegotiationScsv = 0x00FF;

    /// <summary>Says that a higher version was tried before (RFC 7507).</summary>
    public const ushort FallbackScsv = 0x5600;

    /// <summary>The version field; TLS 1.3 is asked for by an extension, and TLS 1.2 stands here.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>32 bytes.</summary>
    public byte[] Random { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>At most 32 bytes.</summary>
    public byte[] SessionId { get; init; } = [];

    /// <summary>The suites' codes, the most wanted first.</summary>
    public required IReadOnlyList<ushort> Suites { get; init; }

    /// <summary>0 is none; 1 is DEFLATE (RFC 3749).</summary>
    public byte[] CompressionMethods { get; init; } = [0];

    /// <summary>Without any, none are written at all, as before TLS 1.2.</summary>
    public IReadOnlyList<HelloExtension> Extensions { get; init; } = [];

    /// <summary>The version of the record it is sent in: the lowest there is, which old servers want (RFC 8446 section 5.1).</summary>
    public TlsVersion RecordVersion => Version == TlsVersion.Ssl3 ? TlsVersion.Ssl3 : TlsVersion.Tls10;

    /// <summary>The handshake message.</summary>
    public HandshakeMessage Encode() => new(HandshakeType.ClientHello, WireWriter.Build(body =>
    {
        body.UInt16((ushort)Version).Bytes(Random).Vector8(SessionId);
        body.Vector16(list =>
        {
            foreach (var suite in Suites)
                list.UInt16(suite);
        });
        body.Vector8(CompressionMethods);
        if (Extensions.Count > 0)
            HelloExtension.WriteAll(body, Extensions);
    }));
}
