using System.Text;
using static ForwardSecretProxy.Mail.MailLine;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// ManageSieve before TLS: CAPABILITY, NOOP, STARTTLS and LOGOUT (RFC 5804 section 2); no SASL mechanism is offered, and whoever
/// authenticates all the same is refused.
/// </summary>
internal sealed class SievePlaintext : PlaintextDialogue
{
    // What must be there (RFC 5804 section 1.7); what the backend has to offer is for those who have TLS.
    private const string Capabilities =
        "\"IMPLEMENTATION\" \"fsp\"\r\n\"SIEVE\" \"\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\n";

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Greeting { get; } = Encoding.ASCII.GetBytes(Capabilities + "OK \"ready\"\r\n");

    /// <inheritdoc/>
    protected override PlaintextStep TakeLine(ReadOnlySpan<byte> line)
    {
        var verb = Word(line, out var arguments);
        var isLogin = Is(verb, "AUTHENTICATE"u8);
        // As with IMAP: bytes that follow a literal's announcement must not be read as commands.
        if (Literal(line).Kind != MailLiteralKind.None) return Close("BYE \"no literals before TLS\"\r\n") with { NeedsTls = isLogin };
        if (isLogin) return RefusePlaintext("NO (ENCRYPT-NEEDED) \"STARTTLS comes first\"\r\n");
        if (Is(verb, "NOOP"u8)) return Noop(arguments);
        if (!arguments.IsEmpty) return Refuse("NO \"STARTTLS comes first\"\r\n");
        if (Is(verb, "STARTTLS"u8)) return StartTls("OK \"begin TLS now\"\r\n");
        if (Is(verb, "CAPABILITY"u8)) return Answer(Capabilities + "OK\r\n");
        return Is(verb, "LOGOUT"u8) ? Close("OK \"bye\"\r\n") : RefusePlaintext("NO \"STARTTLS comes first\"\r\n");
    }

    /// <summary>Section 2.13: a string is given back.</summary>
    private static PlaintextStep Noop(ReadOnlySpan<byte> arguments)
    {
        if (arguments.IsEmpty) return Answer("OK\r\n");
        return arguments is [(byte)'"', .. var tag, (byte)'"'] && !tag.ContainsAny((byte)'"', (byte)'\\') && !tag.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? Answer($"OK (TAG \"{Encoding.ASCII.GetString(tag)}\") \"done\"\r\n")
            : Refuse("NO \"NOOP takes one quoted string\"\r\n");
    }

    /// <inheritdoc/>
    protected override PlaintextStep Fault(ReadOnlySpan<byte> line, string reason) => Refuse($"NO \"{reason}\"\r\n");

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Farewell(string reason) => Encoding.ASCII.GetBytes($"BYE \"{reason}\"\r\n");
}
