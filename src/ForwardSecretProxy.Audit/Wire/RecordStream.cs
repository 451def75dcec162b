using System.Buffers.Binary;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>
/// Records on a connection. What a server may send is bounded, in each record and in all: a hostile one ends its own scan,
/// not ours.
/// </summary>
/// <param name="stream">The connection, at the first byte of TLS; it stays the caller's.</param>
internal sealed class RecordStream(Stream stream)
{
    /// <summary>The most a fragment has with TLS 1.2's allowance for encryption (RFC 5246 section 6.2.3).</summary>
    private const int LongestFragment = (1 << 14) + 2048;

    private const int LongestPlaintext = 1 << 14;
    private const int HeaderLength = 5;

    /// <summary>Room for certificates with all their extensions, and for an answer behind them.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>Records of a byte each are allowed, but not for ever.</summary>
    private const int MostRecords = 8192;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _bytes;
    private int _records;

    /// <summary>Decrypts what is read from now on.</summary>
    public IRecordProtection? Reading { get; set; }

    /// <summary>Encrypts what is written from now on.</summary>
    public IRecordProtection? Writing { get; set; }

    /// <summary>The next record, or null when the connection ended between two.</summary>
    /// <exception cref="WireFormatException">It is no record, or one too much.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<TlsRecord?> ReadAsync(CancellationToken stop)
    {
        var got = await stream.ReadAtLeastAsync(_header, HeaderLength, throwOnEndOfStream: false, stop);
        if (got == 0)
            return null;
        var length = got == HeaderLength ? BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(3)) : 0;
        Demand(_header.AsSpan(0, got), length);

        var fragment = new byte[length];
        if (await stream.ReadAtLeastAsync(fragment, length, throwOnEndOfStream: false, stop) < length)
            throw new WireFormatException("it closes the connection inside a record");
        var record = new TlsRecord((ContentType)_header[0], BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(1)), fragment);
        return Reading?.Open(record) ?? record;
    }

    /// <summary>Writes as many records as it takes.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task WriteAsync(ContentType type, TlsVersion version, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        var wire = new WireWriter();
        for (var rest = content; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, LongestPlaintext)..])
        {
            var record = new TlsRecord(type, (ushort)version, rest[..Math.Min(rest.Length, LongestPlaintext)].ToArray());
            record = Writing?.Seal(record) ?? record;
            wire.UInt8((byte)record.Type).UInt16(record.Version).Vector16(record.Fragment);
        }

        await stream.WriteAsync(wire.ToArray(), stop);
        await stream.FlushAsync(stop);
    }

    private void Demand(ReadOnlySpan<byte> header, int length)
    {
        if (header.StartsWith("HTTP/"u8))
            throw new WireFormatException("it answers in HTTP, not in TLS");
        if (header[0] is < (byte)ContentType.ChangeCipherSpec or > (byte)ContentType.Heartbeat
            || header.Length > 1 && header[1] != 3)
            throw new WireFormatException("it does not answer in TLS");
        if (header.Length < HeaderLength)
            throw new WireFormatException("it closes the connection inside a record");
        if (length > LongestFragment)
            throw new WireFormatException($"it sends a record of {length} bytes, and {LongestFragment} are allowed");
        _bytes += length;
        if (++_records > MostRecords || _bytes > MostBytes)
            throw new WireFormatException("it sends records without end");
    }
}
