using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// Follows one HTTP/1.1 response to its end (RFC 9112), in any pieces and within bounds; the body is counted, not kept.
/// </summary>
internal sealed class HttpResponseReader
{
    private const int LongestLine = 8 * 1024;
    private const int MostLines = 256;

    private readonly LineBuffer _lines = new(LongestLine);
    private Stage _stage;
    private long _left;
    private long? _contentLength;
    private bool _isChunked;
    private int _lineCount;
    private int _status;

    private enum Stage
    {
        StatusLine,
        Headers,
        Body,
        BodyUntilClose,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailers,
        Done,
    }

    /// <summary>The final status, once its headers are complete; 0 before.</summary>
    public int Status { get; private set; }

    /// <summary>What is wrong, after <see cref="HttpProgress.Broken"/>.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Begins anew, for the next response.</summary>
    public void Reset()
    {
        _lines.Reset();
        _stage = Stage.StatusLine;
        _left = 0;
        _contentLength = null;
        _isChunked = false;
        _lineCount = 0;
        Status = 0;
    }

    /// <summary>Takes what arrived.</summary>
    public HttpProgress Take(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            switch (_stage)
            {
                case Stage.Done:
                    return Break("there is data after the response");
                case Stage.BodyUntilClose:
                    return HttpProgress.More;
                case Stage.Body or Stage.ChunkData:
                    TakeBody(ref data);
                    break;
                default:
                    if (!_lines.TryTake(ref data, out var line))
                        return _lines.IsTooLong ? Break("a line is too long") : HttpProgress.More;
                    if (!TakeLine(line))
                        return HttpProgress.Broken;
                    break;
            }
        }

        return _stage == Stage.Done ? HttpProgress.Done : HttpProgress.More;
    }

    /// <summary>Takes the proper end of the connection: the end of a response of no stated length, and of no other.</summary>
    public HttpProgress End() => _stage is Stage.Done or Stage.BodyUntilClose ? HttpProgress.Done : HttpProgress.More;

    private void TakeBody(ref ReadOnlySpan<byte> data)
    {
        var taken = (int)Math.Min(_left, data.Length);
        data = data[taken..];
        _left -= taken;
        if (_left == 0)
            _stage = _stage == Stage.Body ? Stage.Done : Stage.ChunkEnd;
    }

    private bool TakeLine(ReadOnlySpan<byte> line)
    {
        switch (_stage)
        {
            case Stage.StatusLine:
                return CountLine() && TakeStatusLine(line);
            case Stage.Headers:
                return CountLine() && (line.IsEmpty ? EndHeaders() : TakeHeader(line));
            case Stage.ChunkSize:
                return TakeChunkSize(line);
            case Stage.ChunkEnd:
                _stage = Stage.ChunkSize;
                return line.IsEmpty || Fail("a chunk is longer than it says");
            default:
                _stage = line.IsEmpty ? Stage.Done : Stage.Trailers;
                return CountLine();
        }
    }

    private bool CountLine() => ++_lineCount <= MostLines || Fail("there are too many lines of headers");

    private bool TakeStatusLine(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("HTTP/1."u8) || line.Length < 12
            || !Utf8Parser.TryParse(line.Slice(9, 3), out _status, out var digits) || digits != 3)
            return Fail("it is not HTTP/1.1");
        _stage = Stage.Headers;
        return true;
    }

    private bool TakeHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 1)
            return Fail("a header has no name");
        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
        {
            // Digits only: no sign, no list (RFC 9110 section 8.6).
            if (value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                || !Utf8Parser.TryParse(value, out long length, out _)
                || _contentLength is { } earlier && earlier != length)
                return Fail("its Content-Length is not a number");
            _contentLength = length;
        }
        else if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8))
        {
            if (!Ascii.EqualsIgnoreCase(value, "chunked"u8))
                return Fail("its Transfer-Encoding is not chunked");
            _isChunked = true;
        }

        return true;
    }

    /// <summary>How long the body is (RFC 9112 section 6.3).</summary>
    private bool EndHeaders()
    {
        if (_status is >= 100 and < 200)
        {
            _stage = Stage.StatusLine;
            return true;
        }

        if (_isChunked && _contentLength is not null)
            return Fail("it has both Content-Length and Transfer-Encoding");
        Status = _status;
        _left = _contentLength ?? 0;
        _stage = Status is 204 or 304 ? Stage.Done
            : _isChunked ? Stage.ChunkSize
            : _contentLength is null ? Stage.BodyUntilClose
            : _left == 0 ? Stage.Done : Stage.Body;
        return true;
    }

    private bool TakeChunkSize(ReadOnlySpan<byte> line)
    {
        var semicolon = line.IndexOf((byte)';');
        var digits = (semicolon < 0 ? line : line[..semicolon]).TrimEnd(" \t"u8);
        if (digits.Length > 15 || !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left))
            return Fail("the size of a chunk is not a number");
        _stage = _left == 0 ? Stage.Trailers : Stage.ChunkData;
        return true;
    }

    private HttpProgress Break(string problem)
    {
        Problem = problem;
        return HttpProgress.Broken;
    }

    private bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }
}

/// <summary>How far a response has come.</summary>
internal enum HttpProgress
{
    /// <summary>It goes on; when nothing more comes it was cut short.</summary>
    More,

    /// <summary>All of it has arrived.</summary>
    Done,

    /// <summary>It is not HTTP.</summary>
    Broken,
}
