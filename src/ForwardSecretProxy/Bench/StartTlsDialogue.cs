using System.Text;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// A client's side of the words before TLS, line by line and in any pieces. Bounded: a server that talks on and on is
/// broken off.
/// </summary>
internal abstract class StartTlsDialogue
{
    /// <summary>SMTP's limit is 512 (RFC 5321 section 4.5.3.1.5); IMAP servers greet with long capability lists.</summary>
    private const int LongestLine = 2048;

    private const int MostLines = 128;

    private readonly LineBuffer _lines = new(LongestLine);
    private int _count;

    /// <summary>What to send, after <see cref="StartTlsStep.Send"/>.</summary>
    public ReadOnlyMemory<byte> Command { get; private set; }

    /// <summary>What the server said that ended the dialogue, or what was wrong with it.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The dialogue of a protocol.</summary>
    public static StartTlsDialogue For(MailProtocol protocol) => protocol switch
    {
        MailProtocol.Smtp => new SmtpStartTls(),
        MailProtocol.Imap => new ImapStartTls(),
        _ => new Pop3StartTls(),
    };

    /// <summary>Begins anew, for the next connection.</summary>
    public void Reset()
    {
        _lines.Reset();
        _count = 0;
        Restart();
    }

    /// <summary>Takes what arrived.</summary>
    public StartTlsStep Take(ReadOnlySpan<byte> data)
    {
        while (_lines.TryTake(ref data, out var line))
        {
            if (++_count > MostLines)
                return Break("it sends no end of lines");
            var step = TakeLine(line);
            if (step == StartTlsStep.More)
                continue;

            // What comes before we have spoken cannot be an answer. After the last OK it would be plaintext that passes
            // for the protected dialogue (RFC 3207 section 4.2, CVE-2011-0411).
            return step is StartTlsStep.Send or StartTlsStep.Ready && !data.IsEmpty
                ? Break("it sends more than was asked for") : step;
        }

        return _lines.IsTooLong ? Break("it sends a line that is too long") : StartTlsStep.More;
    }

    /// <summary>Takes one line of the server's.</summary>
    protected abstract StartTlsStep TakeLine(ReadOnlySpan<byte> line);

    /// <summary>Puts the protocol's own state back to the greeting.</summary>
    protected abstract void Restart();

    /// <summary>Says something.</summary>
    protected StartTlsStep Send(ReadOnlyMemory<byte> command)
    {
        Command = command;
        return StartTlsStep.Send;
    }

    /// <summary>Ends with the server's own words.</summary>
    protected StartTlsStep Refuse(ReadOnlySpan<byte> line)
    {
        Reason = Encoding.Latin1.GetString(line[..Math.Min(line.Length, 200)]);
        return StartTlsStep.Refused;
    }

    /// <summary>Ends with a breach of the protocol.</summary>
    protected StartTlsStep Break(string reason)
    {
        Reason = reason;
        return StartTlsStep.Broken;
    }
}

/// <summary>What a <see cref="StartTlsDialogue"/> wants next.</summary>
internal enum StartTlsStep
{
    /// <summary>More of the server's lines.</summary>
    More,

    /// <summary>The command sent.</summary>
    Send,

    /// <summary>TLS.</summary>
    Ready,

    /// <summary>Nothing: the server says no.</summary>
    Refused,

    /// <summary>Nothing: the server does not speak the protocol.</summary>
    Broken,
}
