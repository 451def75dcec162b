namespace ForwardSecretProxy.Audit.Wire;

/// <summary>SSL 2.0's SERVER-HELLO (The SSL Protocol, Netscape 1995, section C.3).</summary>
/// <param name="Certificate">In DER.</param>
/// <param name="Ciphers">The codes that the server has in common with the client.</param>
internal sealed record Ssl2ServerHello(byte[] Certificate, IReadOnlyList<int> Ciphers)
{
    private const string Name = "SSL 2.0 SERVER-HELLO";
    private const byte MessageType = 4;

    /// <summary>Whether a record begins as one of SSL 2.0 does.</summary>
    public static bool IsRecord(ReadOnlySpan<byte> header) => header.Length >= 3 && header[0] >= 0x80 && header[2] == MessageType;

    /// <summary>Reads the message behind the record's header.</summary>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public static Ssl2ServerHello Parse(ReadOnlySpan<byte> message)
    {
        var reader = new WireReader(message, Name);
        if (reader.UInt8() != MessageType)
            throw new WireFormatException($"it answers SSL 2.0 with something else than a SERVER-HELLO");
        reader.Bytes(2); // Session known, and the kind of certificate.
        if (reader.UInt16() != 2)
            throw new WireFormatException($"its {Name} is of another version");
        var (certificateLength, cipherLength, connectionIdLength) = (reader.UInt16(), reader.UInt16(), reader.UInt16());
        var certificate = reader.Bytes(certificateLength).ToArray();
        var list = new WireReader(reader.Bytes(cipherLength), Name);
        reader.Bytes(connectionIdLength);
        reader.End();

        var ciphers = new List<int>();
        while (!list.IsEmpty)
            ciphers.Add(list.UInt24());
        return new Ssl2ServerHello(certificate, ciphers);
    }
}
