using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>
/// A ServerKeyExchange with the server's ephemeral share (RFC 5246 section 7.4.3; for curves RFC 8422 section 5.4; with a
/// shared key RFC 4279 sections 2 and 3, RFC 5489 section 2).
/// </summary>
internal sealed record ServerKeyExchange
{
    private const string Name = "ServerKeyExchange";
    private const byte NamedCurve = 3;

    /// <summary>The group's number where there is one: not for finite fields, nor for curves written out.</summary>
    public ushort? Group { get; private init; }

    /// <summary>The prime, or null for curves.</summary>
    public byte[]? Prime { get; private init; }

    /// <summary>The generator, or null for curves.</summary>
    public byte[]? Generator { get; private init; }

    /// <summary>The server's public value: a point, or a number.</summary>
    public required byte[] Share { get; init; }

    /// <summary>What is signed, beside the two randoms.</summary>
    public required byte[] Parameters { get; init; }

    /// <summary>The scheme's number, from TLS 1.2 on.</summary>
    public ushort? Scheme { get; private init; }

    /// <summary>The signature, or null where the suite has none.</summary>
    public byte[]? Signature { get; private init; }

    /// <summary>Reads the body of the message.</summary>
    /// <param name="body">Behind the header.</param>
    /// <param name="suite">What the ServerHello chose.</param>
    /// <param name="version">What the ServerHello chose.</param>
    /// <returns>Null when the suite's messages have no share that could be compared.</returns>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public static ServerKeyExchange? Parse(ReadOnlySpan<byte> body, CipherSuite suite, TlsVersion version)
    {
        var reader = new WireReader(body, Name);
        if (suite.KeyExchange is KeyExchange.DhePsk or KeyExchange.EcdhePsk)
            reader.Vector16();

        var parameters = reader.Rest;
        var parsed = suite.KeyExchange switch
        {
            KeyExchange.Ecdhe or KeyExchange.EcdhePsk or KeyExchange.AnonymousEcdh => ReadCurve(ref reader),
            // Export suites send an RSA key here, which is no key share.
            KeyExchange.Dhe or KeyExchange.DhePsk or KeyExchange.AnonymousDh => ReadFiniteField(ref reader),
            _ => null,
        };
        if (parsed is null)
            return null;

        parsed = parsed with { Parameters = parameters[..^reader.Rest.Length].ToArray() };
        if (suite.KeyExchange is not (KeyExchange.Dhe or KeyExchange.Ecdhe))
        {
            reader.End();
            return parsed;
        }

        ushort? scheme = version >= TlsVersion.Tls12 ? reader.UInt16() : null;
        var signature = reader.Vector16().ToArray();
        reader.End();
        return parsed with { Scheme = scheme, Signature = signature };
    }

    private static ServerKeyExchange ReadFiniteField(ref WireReader reader) => new()
    {
        Prime = reader.Vector16().ToArray(),
        Generator = reader.Vector16().ToArray(),
        Share = reader.Vector16().ToArray(),
        Parameters = [],
    };

    private static ServerKeyExchange ReadCurve(ref WireReader reader)
    {
        if (reader.UInt8() != NamedCurve)
            throw new WireFormatException($"its {Name} writes a curve out instead of naming it (RFC 8422 section 5.4)");
        return new ServerKeyExchange { Group = reader.UInt16(), Share = reader.Vector8().ToArray(), Parameters = [] };
    }
}
