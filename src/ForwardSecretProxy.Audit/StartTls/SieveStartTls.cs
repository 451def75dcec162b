using System.Buffers.Text;
using System.Text;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>
/// ManageSieve until STARTTLS: the greeting is a list of capabilities, then one command (RFC 5804 sections 1.7 and 2.2). A string
/// may be a literal, whose bytes are not lines (section 4).
/// </summary>
internal sealed class SieveStartTls : LineDialogue
{
    private const int LongestLiteral = 2048;

    private static readonly byte[] StartTls = "STARTTLS\r\n"u8.ToArray();

    private bool _isGreeted;
    private bool _isOffered;
    private bool _isInResponse;
    private int _literalLeft;
    private byte[] _response = [];

    /// <inheritdoc/>
    private protected override void Restart()
    {
        _isGreeted = _isOffered = _isInResponse = false;
        _literalLeft = 0;
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeNext(ref ReadOnlySpan<byte> data)
    {
        if (_literalLeft == 0) return base.TakeNext(ref data);
        var taken = Math.Min(_literalLeft, data.Length);
        _literalLeft -= taken;
        data = data[taken..];
        return StartTlsStep.More;
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeLine(ReadOnlySpan<byte> line)
    {
        // Where a literal interrupted it, the line that began it says what it is.
        if (!_isInResponse) _response = line.ToArray();
        _literalLeft = Literal(line);
        if (_literalLeft > LongestLiteral) return Break("it sends a string that is too long", line);
        _isInResponse = _literalLeft > 0;
        return _isInResponse ? StartTlsStep.More : TakeResponse(_response);
    }

    private StartTlsStep TakeResponse(ReadOnlySpan<byte> response)
    {
        if (Is(response, "NO"u8) || Is(response, "BYE"u8)) return Refuse(response);
        if (Is(response, "OK"u8)) return _isGreeted ? StartTlsStep.Ready : AskForTls();
        if (response is not [(byte)'"', ..] || _isGreeted) return Break("it does not answer as ManageSieve does", response);
        _isOffered |= Ascii.EqualsIgnoreCase(response.TrimEnd((byte)' '), "\"STARTTLS\""u8);
        return StartTlsStep.More;
    }

    private StartTlsStep AskForTls()
    {
        _isGreeted = true;
        return _isOffered ? Send(StartTls) : Refuse(NotOffered);
    }

    /// <summary>How long the literal is that a line ends with; 0 for none.</summary>
    private static int Literal(ReadOnlySpan<byte> line)
    {
        var start = line.LastIndexOf((byte)'{');
        if (start < 0 || line[start..] is not [(byte)'{', .. var size, (byte)'}']) return 0;
        if (size is [.. var number, (byte)'+']) size = number;
        if (size.IsEmpty || size.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return 0;
        return Utf8Parser.TryParse(size, out int length, out _) ? length : int.MaxValue;
    }

    private static bool Is(ReadOnlySpan<byte> response, ReadOnlySpan<byte> word) =>
        response.Length >= word.Length && Ascii.EqualsIgnoreCase(response[..word.Length], word)
        && (response.Length == word.Length || response[word.Length] is (byte)' ' or (byte)'(');
}
