using System.Buffers;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// Finds the end of a message that follows DATA: a line with nothing but a dot, and a line is what stands between two CRLF
/// (RFC 5321 sections 2.3.8 and 4.1.1.4). Some servers take other things for that end as well, and whoever knows which
/// can hide a second message from the first server in the first one (SMTP smuggling, CVE-2023-51764 and others). So what looks
/// like it, and is not, leaves here in a form that nobody takes for it: a dot that a bare CR or LF precedes gets a whole line
/// end before it and is doubled, as dots at the beginning of a line are; a dot at the beginning of a line with a bare CR or LF
/// behind it is left out, which is what every server does with the first dot of a line. A NUL, which no message may have
/// (RFC 5322 section 2.1) and some servers leave out before they look, becomes a space. Everything else stays as it is.
/// </summary>
/// <param name="findsBareNewlines">Whether bare CRs and LFs are looked for, which takes longer.</param>
internal sealed class SmtpContent(bool findsBareNewlines)
{
    private State _state = State.LineStart;

    /// <summary>What came last; what is named after something held back has not been written yet.</summary>
    private enum State
    {
        LineStart,
        Text,
        HeldCr,
        HeldLf,
        HeldDot,
        HeldDotCr,
    }

    /// <summary>Whether a bare CR or LF has come; known only where they are looked for.</summary>
    public bool HasBareNewline { get; private set; }

    /// <summary>At most so many bytes come out of so many that go in.</summary>
    public static int MostOutput(int input) => (2 * input) + 4;

    /// <summary>
    /// Takes what has arrived if all of it goes on as it is, as most of a large message does: nothing has to be copied then.
    /// </summary>
    /// <returns>False when it has to be looked at more closely: nothing was taken.</returns>
    public bool TryPass(ReadOnlySpan<byte> input)
    {
        if (_state is not (State.Text or State.LineStart) || findsBareNewlines || input is [] or [(byte)'.', ..] || input.Contains((byte)0))
            return false;
        if (new Stretch(input, endsAtEveryLine: false).EndFrom(0) != input.Length) return false;
        _state = State.Text;
        return true;
    }

    /// <summary>Takes what has arrived, and writes what goes on.</summary>
    /// <param name="input">The next bytes.</param>
    /// <param name="output">Takes up to <see cref="MostOutput"/> bytes.</param>
    /// <param name="consumed">How many bytes of <paramref name="input"/> belong to the message.</param>
    /// <returns>Whether the message has ended; its end mark has been written then.</returns>
    public bool Process(ReadOnlySpan<byte> input, IBufferWriter<byte> output, out int consumed)
    {
        var stretch = new Stretch(input, findsBareNewlines || input.Contains((byte)0));
        for (consumed = 0; consumed < input.Length;)
        {
            // The long way of most of a message.
            if (_state == State.Text || (_state == State.LineStart && input[consumed] != '.'))
            {
                var end = stretch.EndFrom(consumed);
                if (end > consumed)
                {
                    output.Write(input[consumed..end]);
                    _state = State.Text;
                    consumed = end;
                    continue;
                }
            }

            if (Take(input[consumed++], output)) return true;
        }

        return false;
    }

    private bool Take(byte next, IBufferWriter<byte> output)
    {
        if (next == 0) next = (byte)' ';
        switch (_state)
        {
            case State.LineStart when next == '.':
                _state = State.HeldDot;
                return false;
            case State.HeldCr when next == '\n':
                output.Write("\r\n"u8);
                _state = State.LineStart;
                return false;
            case State.HeldDotCr when next == '\n':
                output.Write(".\r\n"u8);
                return true;
            case State.HeldDot when next == '\r':
                _state = State.HeldDotCr;
                return false;
            case State.HeldDot when next == '\n':
                // The dot is left out.
                _state = State.Text;
                break;
            case State.HeldDot:
                output.Write("."u8);
                _state = State.Text;
                break;
            case State.HeldDotCr:
                _state = State.HeldCr;
                TakeAfterBare(next, output);
                return false;
            case State.HeldCr or State.HeldLf:
                TakeAfterBare(next, output);
                return false;
        }

        Begin(next, output);
        return false;
    }

    /// <summary>What was held back is no line end, nor the half of one.</summary>
    private void TakeAfterBare(byte next, IBufferWriter<byte> output)
    {
        HasBareNewline = findsBareNewlines;
        if (next == '.')
        {
            output.Write("\r\n.."u8);
            _state = State.Text;
            return;
        }

        output.Write(_state == State.HeldCr ? "\r"u8 : "\n"u8);
        Begin(next, output);
    }

    private void Begin(byte next, IBufferWriter<byte> output)
    {
        _state = next switch
        {
            (byte)'\r' => State.HeldCr,
            (byte)'\n' => State.HeldLf,
            _ => State.Text,
        };
        // An LF that no CR precedes is bare, whatever follows.
        HasBareNewline |= findsBareNewlines && _state == State.HeldLf;
        if (_state == State.Text) output.Write([next]);
    }

    /// <summary>
    /// How far one can go without looking at single bytes: to the line ends before the next dot that has one before it. Each
    /// byte is searched once, however many there are of those.
    /// </summary>
    private ref struct Stretch(ReadOnlySpan<byte> input, bool endsAtEveryLine)
    {
        private readonly ReadOnlySpan<byte> _input = input;
        private int _lfDot = -1;
        private int _crDot = -1;
        private int _upTo;
        private int _end;

        /// <summary>The end of the stretch that begins at <paramref name="start"/>, which only grows; the same for none.</summary>
        public int EndFrom(int start)
        {
            if (endsAtEveryLine) return Next(start, _input[start..].IndexOfAny((byte)'\r', (byte)'\n', (byte)0));
            if (start < _upTo) return Math.Max(start, _end);
            if (_lfDot < start) _lfDot = Next(start, _input[start..].IndexOf("\n."u8));
            if (_crDot < start) _crDot = Next(start, _input[start..].IndexOf("\r."u8));
            _upTo = Math.Min(_lfDot, _crDot);
            _end = start + _input[start.._upTo].TrimEnd("\r\n"u8).Length;
            // Behind it are only line ends; the next search begins after them.
            _upTo = Math.Max(_upTo, start + 1);
            return _end;
        }

        private readonly int Next(int start, int found) => found < 0 ? _input.Length : start + found;
    }
}
