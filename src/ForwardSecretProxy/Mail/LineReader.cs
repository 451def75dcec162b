using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// Reads lines from one end of a relay, and what stands between them, in whatever pieces it arrives. While nothing is there it
/// holds no buffer. One reader at a time.
/// </summary>
/// <param name="end">What is read.</param>
/// <param name="limit">The longest line, in bytes with its end.</param>
/// <param name="size">What is read at once, at least as much as a line.</param>
internal sealed class LineReader(IRelayEnd end, int limit, int size) : IDisposable
{
    private ScratchBuffer _buffer;
    private int _start;
    private int _end;

    /// <summary>How many bytes are here and have not been given out.</summary>
    public int Buffered => _end - _start;

    /// <summary>The next line, with its end; good until the next call.</summary>
    /// <returns>Nothing at the end of the stream; what is left of a line then is lost, as it is to any server.</returns>
    /// <exception cref="LineTooLongException">It is longer than it may be.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="OperationCanceledException">There is no whole line; reading can go on later.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadLineAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            if (TryTakeLine(ref searched, out var line)) return line;
            if (Buffered >= limit) throw new LineTooLongException();
            if (!await FillAsync(cancellationToken)) return default;
        }
    }

    /// <summary>What is here, or arrives next, up to <paramref name="most"/> bytes; good until the next call.</summary>
    /// <returns>Nothing at the end of the stream.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="OperationCanceledException">There is nothing; reading can go on later.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long most, CancellationToken cancellationToken)
    {
        if (Buffered == 0 && !await FillAsync(cancellationToken)) return default;
        var count = (int)Math.Min(most, Buffered);
        var bytes = _buffer.Memory.Slice(_start, count);
        _start += count;
        return bytes;
    }

    /// <summary>Puts back the last bytes of what <see cref="ReadAsync"/> has just given.</summary>
    public void PutBack(int count) => _start -= count;

    /// <inheritdoc/>
    public void Dispose() => _buffer.Return();

    private bool TryTakeLine(ref int searched, out ReadOnlyMemory<byte> line)
    {
        line = default;
        if (Buffered == 0) return false;
        var bytes = _buffer.Memory[_start.._end];
        var at = bytes.Span[searched..].IndexOf((byte)'\n');
        searched = at < 0 ? bytes.Length : searched + at + 1;
        if (at < 0) return false;
        if (searched > limit) throw new LineTooLongException();
        line = bytes[..searched];
        _start += searched;
        return true;
    }

    /// <summary>False at the end of the stream.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (Buffered == 0)
        {
            _buffer.Return();
            (_start, _end) = (0, 0);
            await end.ReadAsync(Memory<byte>.Empty, cancellationToken);
            _buffer = ScratchBuffer.Rent(size);
        }
        else if (_start > 0)
        {
            _buffer.Memory[_start.._end].CopyTo(_buffer.Memory);
            (_start, _end) = (0, Buffered);
        }

        var count = await end.ReadAsync(_buffer.Memory[_end..], cancellationToken);
        _end += count;
        _buffer.Use(_end);
        return count > 0;
    }
}

/// <summary>A line has no end.</summary>
internal sealed class LineTooLongException() : IOException("The line is too long.");
