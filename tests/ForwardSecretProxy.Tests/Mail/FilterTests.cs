using System.Buffers;
using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Mail;

namespace ForwardSecretProxy.Tests.Mail;

public class FilterTests
{
    [Theory]
    [InlineData("250-a\r\n250-STARTTLS\r\n250 SIZE 1\r\n", "250-a\r\n250 SIZE 1\r\n")]
    [InlineData("250-a\r\n250-SIZE 1\r\n250 STARTTLS\r\n", "250-a\r\n250 SIZE 1\r\n")]
    [InlineData("250-a\r\n250 starttls\r\n", "250 a\r\n")]
    [InlineData("250-a\r\n250-XCLIENT NAME\r\n250-XFORWARD NAME\r\n250-AUTH PLAIN\r\n250 DSN\r\n", "250-a\r\n250-AUTH PLAIN\r\n250 DSN\r\n")]
    [InlineData("250 a\r\n", "250 a\r\n")]
    [InlineData("250-STARTTLS.example\r\n250 X-STARTTLS\r\n", "250-STARTTLS.example\r\n250 X-STARTTLS\r\n")]
    [InlineData("250 STARTTLS\r\n", "250 STARTTLS\r\n")] // The host's name is one's own business.
    [InlineData("500 no\r\n", "500 no\r\n")]
    [InlineData("502-no\r\n502 STARTTLS\r\n", "502-no\r\n502 STARTTLS\r\n")]
    public void Smtp_ReplyToHelloInTls_HidesWhatIsNotForClients(string reply, string expected)
    {
        Assert.Equal(expected, Ehlo(new SmtpFilter(isClear: false, hidesGreeting: true), reply));
    }

    [Theory]
    [InlineData("250 a\r\n", "250-a\r\n250 STARTTLS\r\n")]
    [InlineData("250-a\r\n250-AUTH PLAIN\r\n250-AUTH=LOGIN\r\n250 SIZE 1\r\n", "250-a\r\n250-SIZE 1\r\n250 STARTTLS\r\n")]
    [InlineData("250-a\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "250-a\r\n250 STARTTLS\r\n")]
    [InlineData("550 no\r\n", "550 no\r\n")]
    public void Smtp_ReplyToHelloInTheClear_OffersTlsOnceAndNoLogin(string reply, string expected)
    {
        Assert.Equal(expected, Ehlo(new SmtpFilter(isClear: true, hidesGreeting: true), reply));
    }

    [Theory]
    [InlineData("STARTTLS", CommandAction.Answer, "503 5.5.1")]
    [InlineData("starttls x", CommandAction.Answer, "503 5.5.1")]
    [InlineData("XCLIENT NAME=x", CommandAction.Answer, "502 5.5.1")]
    [InlineData("XFORWARD NAME=x", CommandAction.Answer, "502 5.5.1")]
    [InlineData("AUTH PLAIN AA==", CommandAction.Forward, "")]
    [InlineData("BDAT x", CommandAction.Close, "421 ")]
    [InlineData("BDAT", CommandAction.Close, "421 ")]
    [InlineData("BDAT -1", CommandAction.Close, "421 ")]
    [InlineData("BDAT 9999999999999999999 LAST", CommandAction.Close, "421 ")]
    public void Smtp_CommandInTls_GetsItsAnswer(string line, object action, string answer)
    {
        var step = new SmtpFilter(isClear: false, hidesGreeting: true).OnCommand(Bytes(line));

        Assert.Equal((CommandAction)action, step.Action);
        Assert.StartsWith(answer, Text(step.Answer.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STARTTLS", CommandAction.StartTls, "220 ", false)]
    [InlineData("STARTTLS x", CommandAction.Answer, "501 5.5.4", false)]
    [InlineData("AUTH PLAIN AA==", CommandAction.Answer, "538 5.7.11", true)]
    [InlineData("auth login", CommandAction.Answer, "538 5.7.11", true)]
    [InlineData("MAIL FROM:<>", CommandAction.Forward, "", false)]
    public void Smtp_CommandInTheClear_GetsItsAnswer(string line, object action, string answer, bool needsTls)
    {
        var step = new SmtpFilter(isClear: true, hidesGreeting: true).OnCommand(Bytes(line));

        Assert.Equal(((CommandAction)action, needsTls), (step.Action, step.NeedsTls));
        Assert.StartsWith(answer, Text(step.Answer.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MAIL FROM:<>", true)]
    [InlineData("rcpt TO:<a>", true)]
    [InlineData("BDAT 5", true)]
    [InlineData("DATA", false)]
    [InlineData("EHLO x", false)]
    [InlineData("AUTH PLAIN", false)]
    [InlineData("STARTTLS", false)]
    [InlineData("MAILX", false)]
    [InlineData("QUIT", false)]
    public void Smtp_Grouped_AreThoseOfRfc2920(string line, bool expected)
    {
        Assert.Equal(expected, new SmtpFilter(isClear: false, hidesGreeting: true).IsGrouped(Bytes(line)));
    }

    [Theory]
    [InlineData("DATA", "354 go\r\n", ReplyKind.Message)]
    [InlineData("DATA", "554 no\r\n", ReplyKind.Completed)]
    [InlineData("AUTH PLAIN", "334 \r\n", ReplyKind.Continue)]
    [InlineData("AUTH PLAIN", "235 ok\r\n", ReplyKind.Completed)]
    [InlineData("NOOP", "354 what?\r\n", ReplyKind.Broken)]
    [InlineData("XUNKNOWN", "354 what?\r\n", ReplyKind.Broken)]
    [InlineData("AUTH PLAIN", "354 what?\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "250\r\n", ReplyKind.Completed)]
    [InlineData("NOOP", "250-a\r\n", ReplyKind.More)]
    [InlineData("NOOP", "25\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "2500 a\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "150 a\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "+25 a\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "hello\r\n", ReplyKind.Broken)]
    [InlineData("NOOP", "\r\n", ReplyKind.Broken)]
    public void Smtp_Reply_SaysWhatIsNext(string command, string reply, object kind)
    {
        var filter = new SmtpFilter(isClear: false, hidesGreeting: true);
        Assert.Equal(ReplyKind.Completed, filter.OnReply("220 x\r\n"u8, new ArrayBufferWriter<byte>()).Kind);
        filter.OnCommand(Bytes(command));

        Assert.Equal((ReplyKind)kind, filter.OnReply(Encoding.ASCII.GetBytes(reply), new ArrayBufferWriter<byte>()).Kind);
    }

    [Theory]
    [InlineData(RelayProtocol.Smtp, "220-x\r\n220 y\r\n", "", ReplyKind.Completed, false)]
    [InlineData(RelayProtocol.Smtp, "554 no\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Smtp, "220-x\r\n554 no\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Imap, "* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n", "", ReplyKind.Completed, false)]
    [InlineData(RelayProtocol.Imap, "* PREAUTH x\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Imap, "* BYE x\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Imap, "* OK {5}\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Pop3, "+OK x\r\n", "", ReplyKind.Completed, false)]
    [InlineData(RelayProtocol.Pop3, "-ERR x\r\n", "", ReplyKind.Broken, false)]
    [InlineData(RelayProtocol.Sieve, "\"STARTTLS\"\r\nOK\r\n", "OK\r\n", ReplyKind.Completed, false)]
    public void Greeting_AfterStartTls_IsSwallowedOrEndsTheSession(object protocol, string greeting, string expected, object kind, bool isOpaque)
    {
        var filter = new MailProtocol((RelayProtocol)protocol).Filter(isClear: false, isGreeted: true);

        Assert.Equal((expected, (ReplyKind)kind, isOpaque), Reply(filter, greeting));
    }

    [Theory]
    [InlineData(RelayProtocol.Smtp, "220 x\r\n", "220 x\r\n", false)]
    [InlineData(RelayProtocol.Smtp, "554 no\r\n", "554 no\r\n", false)]
    [InlineData(RelayProtocol.Imap, "* OK [CAPABILITY IMAP4rev1 STARTTLS ID] x\r\n", "* OK [CAPABILITY IMAP4rev1 ID] x\r\n", false)]
    [InlineData(RelayProtocol.Imap, "* PREAUTH [CAPABILITY STARTTLS] x\r\n", "* PREAUTH [CAPABILITY] x\r\n", true)]
    [InlineData(RelayProtocol.Imap, "* BYE x\r\n", "* BYE x\r\n", false)]
    [InlineData(RelayProtocol.Pop3, "+OK x <1@y>\r\n", "+OK x <1@y>\r\n", false)]
    [InlineData(RelayProtocol.Pop3, "-ERR x\r\n", "-ERR x\r\n", false)]
    [InlineData(RelayProtocol.Sieve, "\"SASL\" \"PLAIN\"\r\n\"starttls\"\r\nOK\r\n", "\"SASL\" \"PLAIN\"\r\nOK\r\n", false)]
    [InlineData(RelayProtocol.Sieve, "BYE\r\n", "BYE\r\n", false)]
    public void Greeting_ImplicitTls_IsPassedOn(object protocol, string greeting, string expected, bool isOpaque)
    {
        var filter = new MailProtocol((RelayProtocol)protocol).Filter(isClear: false, isGreeted: false);

        Assert.Equal((expected, ReplyKind.Completed, isOpaque), Reply(filter, greeting));
    }

    [Theory]
    [InlineData(RelayProtocol.Smtp, "hello\r\n")]
    [InlineData(RelayProtocol.Imap, "OK\r\n")]
    [InlineData(RelayProtocol.Imap, "* HELLO\r\n")]
    [InlineData(RelayProtocol.Pop3, "hello\r\n")]
    public void Greeting_OfSomethingElse_EndsTheSession(object protocol, string greeting)
    {
        var filter = new MailProtocol((RelayProtocol)protocol).Filter(isClear: false, isGreeted: false);

        Assert.Equal(ReplyKind.Broken, Reply(filter, greeting).Kind);
    }

    [Theory]
    [InlineData("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")]
    [InlineData("* capability starttls\r\n", "* capability\r\n")]
    [InlineData("* CAPABILITY STARTTLS X STARTTLS\r\n", "* CAPABILITY X\r\n")]
    [InlineData("* CAPABILITY XSTARTTLS STARTTLSX\r\n", "* CAPABILITY XSTARTTLS STARTTLSX\r\n")]
    [InlineData("a OK [CAPABILITY A STARTTLS B] STARTTLS is text\r\n", "a OK [CAPABILITY A B] STARTTLS is text\r\n")]
    [InlineData("* OK [ALERT] STARTTLS is text\r\n", "* OK [ALERT] STARTTLS is text\r\n")]
    [InlineData("* OK [CAPABILITY A STARTTLS\r\n", "* OK [CAPABILITY A STARTTLS\r\n")]
    [InlineData("* CAPABILITY\r\n", "* CAPABILITY\r\n")]
    [InlineData("* CAPABILITY  STARTTLS  A\r\n", "* CAPABILITY   A\r\n")]
    [InlineData("*\r\n", "*\r\n")]
    [InlineData("\r\n", "\r\n")]
    [InlineData("* LIST () \"/\" STARTTLS\r\n", "* LIST () \"/\" STARTTLS\r\n")]
    public void ImapCapabilities_Line_LosesStartTlsOnly(string line, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        ImapCapabilities.WriteWithoutStartTls(Encoding.ASCII.GetBytes(line), output);

        Assert.Equal(expected, Text(output.WrittenSpan));
    }

    [Theory]
    [InlineData(RelayProtocol.Imap, "a LOGIN u p", "a OK in\r\n", true)]
    [InlineData(RelayProtocol.Imap, "a LOGIN u p", "* CAPABILITY X\r\na OK in\r\n", true)]
    [InlineData(RelayProtocol.Imap, "a LOGIN u p", "a NO out\r\n", false)]
    [InlineData(RelayProtocol.Imap, "a LOGIN u p", "b OK not mine\r\na NO out\r\n", false)]
    [InlineData(RelayProtocol.Imap, "a AUTHENTICATE PLAIN AA==", "a OK in\r\n", true)]
    [InlineData(RelayProtocol.Imap, "a COMPRESS DEFLATE", "a OK\r\n", true)]
    [InlineData(RelayProtocol.Imap, "a NOOP", "a OK\r\n", false)]
    [InlineData(RelayProtocol.Pop3, "PASS x", "+OK in\r\n", true)]
    [InlineData(RelayProtocol.Pop3, "PASS x", "-ERR out\r\n", false)]
    [InlineData(RelayProtocol.Pop3, "USER x", "+OK\r\n", false)]
    [InlineData(RelayProtocol.Pop3, "APOP x y", "+OK\r\n", true)]
    [InlineData(RelayProtocol.Pop3, "AUTH PLAIN AA==", "+OK\r\n", true)]
    [InlineData(RelayProtocol.Pop3, "AUTH", "+OK\r\nPLAIN\r\n.\r\n", false)]
    [InlineData(RelayProtocol.Sieve, "AUTHENTICATE \"PLAIN\" \"AA==\"", "OK\r\n", true)]
    [InlineData(RelayProtocol.Sieve, "AUTHENTICATE \"PLAIN\" \"AA==\"", "NO\r\n", false)]
    [InlineData(RelayProtocol.Sieve, "CAPABILITY", "\"STARTTLS\"\r\nOK\r\n", false)]
    [InlineData(RelayProtocol.Sieve, "NOOP", "OK {3}\r\n", false)]
    public void Reply_ToALogin_OpensTheSessionUp(object protocol, string command, string reply, bool isOpaque)
    {
        var filter = Greeted((RelayProtocol)protocol);
        Assert.Equal(CommandAction.Forward, filter.OnCommand(Bytes(command)).Action);

        Assert.Equal(isOpaque, Reply(filter, reply).IsOpaque);
    }

    [Fact]
    public void Imap_Literals_AreFollowedThroughTheLine()
    {
        var filter = Greeted(RelayProtocol.Imap);
        var step = filter.OnCommand(Bytes("a LOGIN {4}"));
        Assert.Equal(new MailLiteral(MailLiteralKind.Waiting, 4), step.Literal);
        Assert.True(step.Continues);

        step = filter.OnContinuation(Bytes(" {6+}"));
        Assert.Equal(new MailLiteral(MailLiteralKind.Bound, 6), step.Literal);
        Assert.Equal(MailLiteralKind.None, filter.OnContinuation(Bytes("")).Literal.Kind);
        Assert.Equal(CommandAction.Close, filter.OnContinuation("x\n"u8).Action);
        Assert.Equal(CommandAction.Close, filter.OnContinuation(Bytes("{99999999999}")).Action);
    }

    [Fact]
    public void Imap_ReplyWithLiteral_IsOneLine()
    {
        var filter = Greeted(RelayProtocol.Imap);
        filter.OnCommand(Bytes("a ID NIL"));

        Assert.Equal(new ReplyStep(ReplyKind.More, 5), filter.OnReply("* ID (\"x\" {5}\r\n"u8, new ArrayBufferWriter<byte>()));
        // What looks like the end, or like capabilities, is text after the literal.
        Assert.Equal(("a OK [CAPABILITY STARTTLS]\r\n", ReplyKind.More, false), Reply(filter, "a OK [CAPABILITY STARTTLS]\r\n"));
        Assert.Equal(ReplyKind.Completed, Reply(filter, "a OK\r\n").Kind);
    }

    [Theory]
    [InlineData(RelayProtocol.Imap, "a STARTTLS", "a BAD ")]
    [InlineData(RelayProtocol.Imap, "a starttls x", "a BAD ")]
    [InlineData(RelayProtocol.Imap, "STARTTLS", "STARTTLS BAD ")]
    [InlineData(RelayProtocol.Pop3, "STLS", "-ERR ")]
    [InlineData(RelayProtocol.Sieve, "STARTTLS", "NO ")]
    [InlineData(RelayProtocol.Pop3, "XCLIENT ADDR=192.0.2.1", "-ERR not for clients")]
    [InlineData(RelayProtocol.Sieve, "XCLIENT ADDR=192.0.2.1", "NO \"not for clients\"")]
    public void Command_NotForTheBackend_IsRefusedHere(object protocol, string line, string answer)
    {
        var step = Greeted((RelayProtocol)protocol).OnCommand(Bytes(line));

        Assert.StartsWith(answer, Text(step.Answer.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RelayProtocol.Smtp, "500 5.5.2", "421 ")]
    [InlineData(RelayProtocol.Imap, "a BAD ", "* BYE ")]
    [InlineData(RelayProtocol.Pop3, "-ERR ", "-ERR ")]
    [InlineData(RelayProtocol.Sieve, "NO ", "BYE ")]
    public void Command_ThatIsNone_IsNeverForwarded(object protocol, string answer, string farewell)
    {
        var filter = Greeted((RelayProtocol)protocol);
        for (var i = 0; i < 20; i++)
        {
            var step = filter.OnCommand(Encoding.ASCII.GetBytes("a NO" + "\r\0\n"[i % 3] + "OP\r\n"));
            Assert.Equal(CommandAction.Answer, step.Action);
            Assert.StartsWith(answer, Text(step.Answer.Span), StringComparison.Ordinal);
        }

        var last = filter.OnCommand("a NOOP\n"u8);
        Assert.Equal(CommandAction.Close, last.Action);
        Assert.StartsWith(farewell, Text(last.Answer.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Pop3_Capabilities_LoseStls()
    {
        var filter = Greeted(RelayProtocol.Pop3);
        filter.OnCommand(Bytes("CAPA"));

        Assert.Equal(("+OK\r\nTOP\r\nUIDL\r\n.\r\n", ReplyKind.Completed, false), Reply(filter, "+OK\r\nTOP\r\nstls\r\nUIDL\r\n.\r\n"));
    }

    private static MailFilter Greeted(RelayProtocol protocol)
    {
        var filter = new MailProtocol(protocol).Filter(isClear: false, isGreeted: false);
        var greeting = protocol switch
        {
            RelayProtocol.Smtp => "220 x\r\n",
            RelayProtocol.Imap => "* OK x\r\n",
            RelayProtocol.Pop3 => "+OK x\r\n",
            _ => "OK\r\n",
        };
        Assert.Equal(ReplyKind.Completed, Reply(filter, greeting).Kind);
        return filter;
    }

    private static string Ehlo(SmtpFilter filter, string reply)
    {
        Reply(filter, "220 x\r\n");
        filter.OnCommand(Bytes("EHLO x"));
        var (text, kind, _) = Reply(filter, reply);
        Assert.Equal(ReplyKind.Completed, kind);
        return text;
    }

    /// <summary>What comes of all lines together, and what the last one meant.</summary>
    private static (string Text, ReplyKind Kind, bool IsOpaque) Reply(MailFilter filter, string lines)
    {
        var output = new ArrayBufferWriter<byte>();
        var kind = ReplyKind.More;
        foreach (var line in lines.SplitAfter('\n'))
            kind = filter.OnReply(Encoding.ASCII.GetBytes(line), output).Kind;
        return (Text(output.WrittenSpan), kind, filter.IsOpaque);
    }

    private static byte[] Bytes(string line) => Encoding.ASCII.GetBytes(line + "\r\n");

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
}

internal static class LineSplitting
{
    /// <summary>The parts of a text, each with its end.</summary>
    public static IEnumerable<string> SplitAfter(this string text, char end)
    {
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf(end, at) is var found and >= 0 ? found + 1 : text.Length;
            yield return text[at..next];
            at = next;
        }
    }
}
