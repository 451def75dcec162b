using System.Buffers.Binary;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>Reads TLS's presentation language (RFC 8446 section 3) off the front of a message.</summary>
/// <param name="data">The message's body.</param>
/// <param name="what">Its name, for errors.</param>
internal ref struct WireReader(ReadOnlySpan<byte> data, string what)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next byte.</summary>
    public byte UInt8() => Bytes(1)[0];

    /// <summary>The next two bytes, as all numbers with the most significant first.</summary>
    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    /// <summary>The next three bytes.</summary>
    public int UInt24() => (UInt8() << 16) | UInt16();

    /// <summary>The next four bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    /// <summary>The next <paramref name="count"/> bytes.</summary>
    /// <exception cref="WireFormatException">There are not so many; as for every method here.</exception>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
            throw new WireFormatException($"its {what} ends early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>A vector behind a length of one byte.</summary>
    public ReadOnlySpan<byte> Vector8() => Bytes(UInt8());

    /// <summary>A vector behind a length of two bytes.</summary>
    public ReadOnlySpan<byte> Vector16() => Bytes(UInt16());

    /// <summary>A vector behind a length of three bytes.</summary>
    public ReadOnlySpan<byte> Vector24() => Bytes(UInt24());

    /// <summary>Demands that nothing is left.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw new WireFormatException($"its {what} goes on behind its end");
    }
}
