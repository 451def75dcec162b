namespace ForwardSecretProxy.Audit.Wire;

/// <summary>Puts handshake messages together out of records (RFC 8446 section 5.1).</summary>
/// <param name="records">Where the records come from.</param>
internal sealed class HandshakeReader(RecordStream records)
{
    /// <summary>No chain that anybody uses is a quarter as long.</summary>
    private const int LongestMessage = 1 << 18;

    private const int HeaderLength = 4;

    private byte[] _pending = [];

    /// <summary>Whether part of a message, or a further one, was read already.</summary>
    public bool HasPending => _pending.Length > 0;

    /// <summary>What comes next.</summary>
    /// <returns>A message, an alert, or a record of another type; null when the connection ended.</returns>
    /// <exception cref="WireFormatException">It is not well-formed, or too long.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<IIncoming?> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            if (TryTake() is { } message)
                return message;
            var record = await records.ReadAsync(stop);
            if (record is null)
                return _pending.Length == 0 ? null : throw new WireFormatException("it closes the connection inside a message");
            if (record.Type != ContentType.Handshake)
                return record.Type == ContentType.Alert ? TlsAlert.Parse(record.Fragment) : record;
            _pending = [.. _pending, .. record.Fragment];
        }
    }

    private HandshakeMessage? TryTake()
    {
        if (_pending.Length < HeaderLength)
            return null;
        var length = (_pending[1] << 16) | (_pending[2] << 8) | _pending[3];
        if (length > LongestMessage)
            throw new WireFormatException($"it announces a handshake message of {length} bytes, and {LongestMessage} are allowed here");
        if (_pending.Length < HeaderLength + length)
            return null;

        var message = new HandshakeMessage((HandshakeType)_pending[0], _pending[HeaderLength..(HeaderLength + length)]);
        _pending = _pending[(HeaderLength + length)..];
        return message;
    }
}
