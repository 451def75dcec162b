using System.Buffers;
using System.Buffers.Binary;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>Writes TLS's presentation language (RFC 8446 section 3).</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Everything that was written, in an array of its own.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>What one action writes.</summary>
    public static byte[] Build(Action<WireWriter> write)
    {
        var writer = new WireWriter();
        write(writer);
        return writer.ToArray();
    }

    /// <summary>One byte.</summary>
    public WireWriter UInt8(int value) => Number(value, 1);

    /// <summary>Two bytes, the most significant first.</summary>
    public WireWriter UInt16(int value) => Number(value, 2);

    /// <summary>Three bytes.</summary>
    public WireWriter UInt24(int value) => Number(value, 3);

    /// <summary>Four bytes.</summary>
    public WireWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>Bytes as they are.</summary>
    public WireWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    /// <summary>Bytes behind a length of one byte.</summary>
    public WireWriter Vector8(ReadOnlySpan<byte> bytes) => Number(Fitting(bytes.Length, byte.MaxValue), 1).Bytes(bytes);

    /// <summary>Bytes behind a length of two bytes.</summary>
    public WireWriter Vector16(ReadOnlySpan<byte> bytes) => Number(Fitting(bytes.Length, ushort.MaxValue), 2).Bytes(bytes);

    /// <summary>Bytes behind a length of three bytes.</summary>
    public WireWriter Vector24(ReadOnlySpan<byte> bytes) => Number(Fitting(bytes.Length, 0xFFFFFF), 3).Bytes(bytes);

    /// <summary>What an action writes, behind a length of one byte.</summary>
    public WireWriter Vector8(Action<WireWriter> write) => Vector8(Build(write));

    /// <summary>What an action writes, behind a length of two bytes.</summary>
    public WireWriter Vector16(Action<WireWriter> write) => Vector16(Build(write));

    /// <summary>What an action writes, behind a length of three bytes.</summary>
    public WireWriter Vector24(Action<WireWriter> write) => Vector24(Build(write));

    private static int Fitting(int length, int most) =>
        length <= most ? length : throw new ArgumentException($"{length} bytes do not fit into a vector of at most {most}");

    private WireWriter Number(int value, int bytes)
    {
        var span = _buffer.GetSpan(bytes);
        for (var at = 0; at < bytes; at++)
            span[at] = (byte)(value >> (8 * (bytes - 1 - at)));
        _buffer.Advance(bytes);
        return this;
    }
}
