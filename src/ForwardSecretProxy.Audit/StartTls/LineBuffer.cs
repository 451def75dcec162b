namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>Cuts a stream that arrives in any pieces into lines; what has no end yet is kept, up to a limit.</summary>
/// <param name="limit">The longest line, in bytes without its end.</param>
public sealed class LineBuffer(int limit)
{
    private byte[] _kept = [];
    private int _length;
    private bool _isTaken;

    /// <summary>Whether a line was longer than the limit; nothing more can be read then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _length = 0;
        _isTaken = false;
        IsTooLong = false;
    }

    /// <summary>Takes a line, without its CRLF or LF, off the front of <paramref name="data"/>.</summary>
    /// <param name="data">Loses what was taken or kept.</param>
    /// <param name="line">Good until the next call.</param>
    /// <returns>False when the line is not complete, or is too long.</returns>
    public bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> line)
    {
        if (_isTaken)
            Reset();
        line = default;
        var end = data.IndexOf((byte)'\n');
        var piece = end < 0 ? data : data[..end];
        // The carriage return is not counted, whether it came already or not.
        if (_length + piece.Length > limit + 1)
        {
            IsTooLong = true;
            return false;
        }

        data = end < 0 ? default : data[(end + 1)..];
        if (end >= 0 && _length == 0)
        {
            line = WithoutReturn(piece);
        }
        else
        {
            Keep(piece);
            if (end < 0)
                return false;
            line = WithoutReturn(_kept.AsSpan(0, _length));
            _isTaken = true;
        }

        IsTooLong = line.Length > limit;
        return !IsTooLong;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_length + piece.Length > _kept.Length)
            Array.Resize(ref _kept, Math.Max(256, 2 * (_length + piece.Length)));
        piece.CopyTo(_kept.AsSpan(_length));
        _length += piece.Length;
    }

    private static ReadOnlySpan<byte> WithoutReturn(ReadOnlySpan<byte> line) => line is [.. var before, (byte)'\r'] ? before : line;
}
