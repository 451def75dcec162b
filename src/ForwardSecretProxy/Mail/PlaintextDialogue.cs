using System.Text;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// A server's side of the words before TLS, where TLS is required: next to nothing, and never the backend's. One line of
/// the client's at a time.
/// </summary>
internal abstract class PlaintextDialogue
{
    /// <summary>The longest line, its end included: SMTP's commands have 512 (RFC 5321 section 4.5.3.1.4).</summary>
    public const int LongestLine = 2048;

    /// <summary>After so many commands that lead nowhere the client is sent away.</summary>
    private const int MostRefusals = 20;

    private int _refusals;

    /// <summary>What is said first.</summary>
    public abstract ReadOnlyMemory<byte> Greeting { get; }

    /// <summary>What is said to a client that sent a line without end; then the connection is closed.</summary>
    public ReadOnlyMemory<byte> TooLong => Farewell("the line is too long");

    /// <summary>
    /// What is said to a client that sent something in the clear behind its STARTTLS: whoever put it there wants it to be
    /// taken for something that came protected (RFC 3207 section 4.2, CVE-2011-0411). Then the connection is closed.
    /// </summary>
    public ReadOnlyMemory<byte> Injected => Farewell("nothing may follow STARTTLS in the clear");

    /// <summary>Takes one line, with its end.</summary>
    public PlaintextStep Take(ReadOnlySpan<byte> line)
    {
        var step = MailLine.Fault(line) is { } fault ? Fault(line, fault) : TakeLine(MailLine.Content(line));
        if (step.Action != PlaintextAction.Refuse || ++_refusals <= MostRefusals) return step;
        return new PlaintextStep(PlaintextAction.Close, Farewell("too many commands that are not for here"));
    }

    /// <summary>Takes a line that is one, without its end.</summary>
    protected abstract PlaintextStep TakeLine(ReadOnlySpan<byte> line);

    /// <summary>Refuses what is no line of this protocol.</summary>
    protected abstract PlaintextStep Fault(ReadOnlySpan<byte> line, string reason);

    /// <summary>What is said before closing.</summary>
    protected abstract ReadOnlyMemory<byte> Farewell(string reason);

    /// <summary>Answers, and goes on.</summary>
    protected static PlaintextStep Answer(string text) => new(PlaintextAction.Answer, Encoding.ASCII.GetBytes(text));

    /// <summary>Answers that this is not possible, and goes on.</summary>
    protected static PlaintextStep Refuse(string text) => new(PlaintextAction.Refuse, Encoding.ASCII.GetBytes(text));

    /// <summary>Answers that this is not possible without TLS, and goes on.</summary>
    protected static PlaintextStep RefusePlaintext(string text) => Refuse(text) with { NeedsTls = true };

    /// <summary>Answers, and begins TLS.</summary>
    protected static PlaintextStep StartTls(string text) => new(PlaintextAction.StartTls, Encoding.ASCII.GetBytes(text));

    /// <summary>Answers, and closes.</summary>
    protected static PlaintextStep Close(string text) => new(PlaintextAction.Close, Encoding.ASCII.GetBytes(text));
}

/// <summary>What is done about a line.</summary>
/// <param name="Action">What.</param>
/// <param name="Answer">What is said.</param>
/// <param name="NeedsTls">Whether the client wanted what needs TLS.</param>
internal readonly record struct PlaintextStep(PlaintextAction Action, ReadOnlyMemory<byte> Answer, bool NeedsTls = false);

/// <summary>The kinds of <see cref="PlaintextStep"/>.</summary>
internal enum PlaintextAction
{
    /// <summary>The answer is given, and the next line is waited for.</summary>
    Answer,

    /// <summary>The same; it is a refusal.</summary>
    Refuse,

    /// <summary>The answer is given, and TLS begins.</summary>
    StartTls,

    /// <summary>The answer is given, and the connection closed.</summary>
    Close,
}
