using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Mail;

namespace ForwardSecretProxy.Tests.Mail;

public class PlaintextDialogueTests
{
    private const string Name = "mail.example";

    [Theory]
    [InlineData(RelayProtocol.Smtp, "220 mail.example ESMTP\r\n")]
    [InlineData(RelayProtocol.Imap, "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n")]
    [InlineData(RelayProtocol.Pop3, "+OK ready\r\n")]
    [InlineData(RelayProtocol.Sieve, "\"IMPLEMENTATION\" \"fsp\"\r\n\"SIEVE\" \"\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n")]
    public void Greeting_Protocol_OffersTlsAndNoLogin(object protocol, string expected)
    {
        Assert.Equal(expected, Text(Dialogue(protocol).Greeting));
    }

    [Theory]
    // RFC 3207 section 4
    [InlineData(RelayProtocol.Smtp, "STARTTLS", PlaintextAction.StartTls, "220 ")]
    [InlineData(RelayProtocol.Smtp, "starttls", PlaintextAction.StartTls, "220 ")]
    [InlineData(RelayProtocol.Smtp, "STARTTLS  ", PlaintextAction.StartTls, "220 ")]
    [InlineData(RelayProtocol.Smtp, "STARTTLS now", PlaintextAction.Refuse, "501 ")]
    [InlineData(RelayProtocol.Smtp, "EHLO client", PlaintextAction.Answer, "250-mail.example\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n")]
    [InlineData(RelayProtocol.Smtp, "ehlo client", PlaintextAction.Answer, "250-")]
    [InlineData(RelayProtocol.Smtp, "EHLO", PlaintextAction.Refuse, "501 ")]
    [InlineData(RelayProtocol.Smtp, "NOOP", PlaintextAction.Answer, "250 ")]
    [InlineData(RelayProtocol.Smtp, "QUIT", PlaintextAction.Close, "221 ")]
    [InlineData(RelayProtocol.Smtp, "AUTH PLAIN AGEAYg==", PlaintextAction.Refuse, "530 5.7.0", true)]
    [InlineData(RelayProtocol.Smtp, "MAIL FROM:<a@b>", PlaintextAction.Refuse, "530 5.7.0", true)]
    [InlineData(RelayProtocol.Smtp, "HELO client", PlaintextAction.Refuse, "530 5.7.0", true)]
    [InlineData(RelayProtocol.Smtp, "STARTTLSX", PlaintextAction.Refuse, "530 5.7.0", true)]
    [InlineData(RelayProtocol.Smtp, "", PlaintextAction.Refuse, "530 5.7.0", true)]
    // RFC 9051 sections 6.1, 6.2.1 and 7.1
    [InlineData(RelayProtocol.Imap, "a1 STARTTLS", PlaintextAction.StartTls, "a1 OK ")]
    [InlineData(RelayProtocol.Imap, "a1 starttls", PlaintextAction.StartTls, "a1 OK ")]
    [InlineData(RelayProtocol.Imap, "a1 STARTTLS x", PlaintextAction.Refuse, "a1 BAD ")]
    [InlineData(RelayProtocol.Imap, "STARTTLS", PlaintextAction.Refuse, "STARTTLS BAD ", true)]
    [InlineData(RelayProtocol.Imap, "a1 CAPABILITY", PlaintextAction.Answer, "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK ")]
    [InlineData(RelayProtocol.Imap, "a1 NOOP", PlaintextAction.Answer, "a1 OK ")]
    [InlineData(RelayProtocol.Imap, "a1 LOGOUT", PlaintextAction.Close, "* BYE ")]
    [InlineData(RelayProtocol.Imap, "a1 LOGIN user secret", PlaintextAction.Refuse, "a1 NO [PRIVACYREQUIRED] ", true)]
    [InlineData(RelayProtocol.Imap, "a1 login {4}", PlaintextAction.Refuse, "a1 NO [PRIVACYREQUIRED] ", true)]
    [InlineData(RelayProtocol.Imap, "a1 AUTHENTICATE PLAIN AGEAYg==", PlaintextAction.Refuse, "a1 NO [PRIVACYREQUIRED] ", true)]
    [InlineData(RelayProtocol.Imap, "a1 LOGIN {4+}", PlaintextAction.Close, "a1 BAD ", true)]
    [InlineData(RelayProtocol.Imap, "a1 LOGIN {99999999999}", PlaintextAction.Close, "a1 BAD ", true)]
    [InlineData(RelayProtocol.Imap, "a1 SELECT", PlaintextAction.Refuse, "a1 BAD ", true)]
    [InlineData(RelayProtocol.Imap, "* STARTTLS", PlaintextAction.Refuse, "* BAD ")]
    [InlineData(RelayProtocol.Imap, "+ STARTTLS", PlaintextAction.Refuse, "* BAD ")]
    [InlineData(RelayProtocol.Imap, "", PlaintextAction.Refuse, "* BAD ")]
    [InlineData(RelayProtocol.Imap, "(a) NOOP", PlaintextAction.Refuse, "* BAD ")]
    // RFC 2595 section 4, RFC 2449 section 5
    [InlineData(RelayProtocol.Pop3, "STLS", PlaintextAction.StartTls, "+OK ")]
    [InlineData(RelayProtocol.Pop3, "stls", PlaintextAction.StartTls, "+OK ")]
    [InlineData(RelayProtocol.Pop3, "STLS x", PlaintextAction.Refuse, "-ERR ")]
    [InlineData(RelayProtocol.Pop3, "CAPA", PlaintextAction.Answer, "+OK\r\nSTLS\r\n.\r\n")]
    [InlineData(RelayProtocol.Pop3, "QUIT", PlaintextAction.Close, "+OK ")]
    [InlineData(RelayProtocol.Pop3, "USER a", PlaintextAction.Refuse, "-ERR ", true)]
    [InlineData(RelayProtocol.Pop3, "PASS b", PlaintextAction.Refuse, "-ERR ", true)]
    [InlineData(RelayProtocol.Pop3, "AUTH PLAIN", PlaintextAction.Refuse, "-ERR ", true)]
    [InlineData(RelayProtocol.Pop3, "APOP a b", PlaintextAction.Refuse, "-ERR ", true)]
    [InlineData(RelayProtocol.Pop3, "STARTTLS", PlaintextAction.Refuse, "-ERR ", true)]
    // RFC 5804 section 2
    [InlineData(RelayProtocol.Sieve, "STARTTLS", PlaintextAction.StartTls, "OK ")]
    [InlineData(RelayProtocol.Sieve, "StartTLS", PlaintextAction.StartTls, "OK ")]
    [InlineData(RelayProtocol.Sieve, "STARTTLS \"x\"", PlaintextAction.Refuse, "NO ")]
    [InlineData(RelayProtocol.Sieve, "CAPABILITY", PlaintextAction.Answer, "\"IMPLEMENTATION\" ")]
    [InlineData(RelayProtocol.Sieve, "NOOP", PlaintextAction.Answer, "OK")]
    [InlineData(RelayProtocol.Sieve, "LOGOUT", PlaintextAction.Close, "OK ")]
    [InlineData(RelayProtocol.Sieve, "AUTHENTICATE \"PLAIN\" \"AGEAYg==\"", PlaintextAction.Refuse, "NO (ENCRYPT-NEEDED) ", true)]
    [InlineData(RelayProtocol.Sieve, "AUTHENTICATE \"PLAIN\" {8+}", PlaintextAction.Close, "BYE ", true)]
    [InlineData(RelayProtocol.Sieve, "LISTSCRIPTS", PlaintextAction.Refuse, "NO ", true)]
    public void Take_Line_GetsTheStandardsAnswer(object protocol, string line, object action, string answer, bool needsTls = false)
    {
        var step = Dialogue(protocol).Take(Encoding.ASCII.GetBytes(line + "\r\n"));

        Assert.Equal((PlaintextAction)action, step.Action);
        Assert.StartsWith(answer, Text(step.Answer), StringComparison.Ordinal);
        Assert.EndsWith("\r\n", Text(step.Answer), StringComparison.Ordinal);
        Assert.Equal(needsTls, step.NeedsTls);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Take_LineThatIsNone_IsASyntaxErrorAndNothingElse(object protocol, string line)
    {
        var step = Dialogue(protocol).Take(Encoding.ASCII.GetBytes(line));

        Assert.Equal(PlaintextAction.Refuse, step.Action);
        Assert.Matches(@"\A(500 5\.5\.2|\S+ BAD|-ERR|NO "")", Text(step.Answer));
    }

    [Theory]
    [InlineData(RelayProtocol.Smtp, "421 ")]
    [InlineData(RelayProtocol.Imap, "* BYE ")]
    [InlineData(RelayProtocol.Pop3, "-ERR ")]
    [InlineData(RelayProtocol.Sieve, "BYE ")]
    public void Take_TooManyRefusals_SendsTheClientAway(object protocol, string answer)
    {
        var dialogue = Dialogue(protocol);
        for (var i = 0; i < 20; i++) Assert.Equal(PlaintextAction.Refuse, dialogue.Take("?\r\n"u8).Action);

        var last = dialogue.Take("?\r\n"u8);

        Assert.Equal(PlaintextAction.Close, last.Action);
        Assert.StartsWith(answer, Text(last.Answer), StringComparison.Ordinal);
        Assert.StartsWith(answer, Text(dialogue.Injected), StringComparison.Ordinal);
        Assert.StartsWith(answer, Text(dialogue.TooLong), StringComparison.Ordinal);
    }

    public static TheoryData<object, string> Faults()
    {
        var data = new TheoryData<object, string>();
        foreach (var (protocol, command) in ((RelayProtocol, string)[])
            [(RelayProtocol.Smtp, "STARTTLS"), (RelayProtocol.Imap, "a STARTTLS"), (RelayProtocol.Pop3, "STLS"), (RelayProtocol.Sieve, "STARTTLS")])
        {
            foreach (var bad in (string[])["\n", "\r\r\n", "\0\r\n", "\rNOOP\r\n"]) data.Add(protocol, command + bad);
        }

        return data;
    }

    private static PlaintextDialogue Dialogue(object protocol) => new MailProtocol((RelayProtocol)protocol).Greet(Name);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.ASCII.GetString(bytes.Span);
}
