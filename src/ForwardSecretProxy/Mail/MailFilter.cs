using System.Buffers;
using System.Text;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// What a mail protocol needs to be changed between client and backend so that TLS is the proxy's: the backend's own STARTTLS
/// is hidden, the client's is answered here, and nobody can make the two sides disagree about where a command ends. It
/// follows the commands and their replies, line by line and in order. After a login there is nothing left to change, and
/// it says so.
/// </summary>
internal abstract class MailFilter
{
    /// <summary>
    /// The longest line, its end included: SASL's are the longest, and RFC 4954 section 4 asks for 12,288 bytes.
    /// </summary>
    public const int LongestLine = 12 * 1024 + 2;

    /// <summary>After so many commands that are none the client is sent away.</summary>
    private const int MostFaults = 20;

    private int _faults;

    /// <summary>Whether all that follows is passed on as it is.</summary>
    public bool IsOpaque { get; protected set; }

    /// <summary>What is said to a client that sends a line without end; then the connection is closed.</summary>
    public ReadOnlyMemory<byte> TooLong => Farewell("the line is too long");

    /// <summary>What is said to a client whose backend does not speak the protocol; then the connection is closed.</summary>
    public ReadOnlyMemory<byte> Unavailable => Farewell("the service behind this proxy does not answer as it should");

    /// <summary>Whether the command need not wait for the replies to those before it, nor the next for this one's.</summary>
    public virtual bool IsGrouped(ReadOnlySpan<byte> line) => false;

    /// <summary>
    /// Takes a line of the client's that begins a command; with its end. Unless it is grouped, all before it are done.
    /// </summary>
    public CommandStep OnCommand(ReadOnlySpan<byte> line)
    {
        if ((MailLine.Fault(line) ?? NameFault(MailLine.Content(line))) is not { } fault) return TakeCommand(line);
        return ++_faults > MostFaults ? Close("too many commands that are none") : Answer(Syntax(line, fault));
    }

    /// <summary>Takes a line of the client's that goes on with a command: what follows a literal, or an answer to a challenge.</summary>
    public CommandStep OnContinuation(ReadOnlySpan<byte> line)
    {
        return MailLine.Fault(line) is { } fault ? Close(fault) : WithLiteral(LiteralOf(line));
    }

    /// <summary>Takes a line of the backend's, with its end, and writes what the client is to get of it.</summary>
    public abstract ReplyStep OnReply(ReadOnlySpan<byte> line, IBufferWriter<byte> toClient);

    /// <summary>What a client's line announces; nothing in protocols without literals.</summary>
    protected virtual MailLiteral LiteralOf(ReadOnlySpan<byte> line) => default;

    /// <summary>Why a line, without its end, has no command's name where that belongs; null when it has.</summary>
    protected virtual string? NameFault(ReadOnlySpan<byte> content) =>
        MailLine.IsName(MailLine.Word(content, out _)) ? null : "a command begins with its name";

    /// <summary>Takes a line that is one.</summary>
    protected abstract CommandStep TakeCommand(ReadOnlySpan<byte> line);

    /// <summary>The answer to what is no command of this protocol.</summary>
    protected abstract string Syntax(ReadOnlySpan<byte> line, string reason);

    /// <summary>What is said before closing.</summary>
    protected abstract ReadOnlyMemory<byte> Farewell(string reason);

    /// <summary>Passes the command on with its literal.</summary>
    protected CommandStep WithLiteral(MailLiteral literal) => literal.Kind == MailLiteralKind.TooLong
        ? Close("the literal cannot be taken")
        : new CommandStep(CommandAction.Forward) { Literal = literal, Continues = literal.Kind != MailLiteralKind.None };

    /// <summary>Answers in the backend's place.</summary>
    protected static CommandStep Answer(string text) => new(CommandAction.Answer, Encoding.ASCII.GetBytes(text));

    /// <summary>Answers, and closes.</summary>
    protected CommandStep Close(string reason) => new(CommandAction.Close, Farewell(reason));
}

/// <summary>What is done about a client's line.</summary>
/// <param name="Action">What.</param>
/// <param name="Answer">What is said to the client instead of passing the line on.</param>
internal readonly record struct CommandStep(CommandAction Action, ReadOnlyMemory<byte> Answer = default)
{
    /// <summary>Bytes behind the line that are part of it, whatever they are.</summary>
    public MailLiteral Literal { get; init; }

    /// <summary>Whether the command goes on after its literal, with another line.</summary>
    public bool Continues { get; init; }

    /// <summary>Whether the command could not be had in the clear.</summary>
    public bool NeedsTls { get; init; }
}

/// <summary>The kinds of <see cref="CommandStep"/>.</summary>
internal enum CommandAction
{
    /// <summary>The backend gets it.</summary>
    Forward,

    /// <summary>The client is answered when all its commands before are.</summary>
    Answer,

    /// <summary>The same, and then the connection is closed.</summary>
    Close,

    /// <summary>The same, and then TLS begins.</summary>
    StartTls,
}

/// <summary>What a backend's line means.</summary>
/// <param name="Kind">Whether it ends a reply.</param>
/// <param name="Literal">How many bytes behind it are part of it.</param>
internal readonly record struct ReplyStep(ReplyKind Kind, long Literal = 0);

/// <summary>The kinds of <see cref="ReplyStep"/>.</summary>
internal enum ReplyKind
{
    /// <summary>There is more of the reply, or it was none.</summary>
    More,

    /// <summary>The command is to go on: the backend waits for the client.</summary>
    Continue,

    /// <summary>The command is done; what follows is a message, up to its end mark (SMTP).</summary>
    Message,

    /// <summary>The command is done.</summary>
    Completed,

    /// <summary>It is nothing that this protocol has: the connection cannot go on.</summary>
    Broken,
}
