using System.Text;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Tests.Audit.StartTls;

public class StartTlsDialogueTests
{
    private const string XmppStart = "<?xml version='1.0'?><stream:stream from='example.org' id='a>b' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    private const string XmppOffer = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
    private const string XmppAsk = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string XmppProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

    /// <summary>Good servers: their turns are parted by a bar, and what they are told by another.</summary>
    public static TheoryData<StartTlsProtocol, string, string> GoodServers { get; } = new()
    {
        {
            StartTlsProtocol.Smtp,
            "220-mail.example.test ESMTP\r\n220 ready\r\n|250-mail.example.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n|220 go ahead\r\n",
            "EHLO localhost\r\n|STARTTLS\r\n"
        },
        { StartTlsProtocol.Imap, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n|* CAPABILITY IMAP4rev1\r\na OK begin TLS now\r\n", "a STARTTLS\r\n" },
        { StartTlsProtocol.Pop3, "+OK ready <1@mail.example.test>\r\n|+OK begin TLS\r\n", "STLS\r\n" },
        {
            StartTlsProtocol.Sieve,
            "\"IMPLEMENTATION\" {9}\r\nA\r\nOK \"B\"\r\n\"SASL\" \"\"\r\n\"starttls\"\r\nOK {5+}\r\nready\r\n|OK (TAG {2}\r\nOK) \"begin TLS\"\r\n",
            "STARTTLS\r\n"
        },
        { StartTlsProtocol.Sieve, "\"STARTTLS\"\r\nOK\r\n|ok\r\n", "STARTTLS\r\n" },
        { StartTlsProtocol.Xmpp, "|" + XmppStart + XmppOffer + "|" + XmppProceed, Header("jabber:client") + "|" + XmppAsk },
        {
            StartTlsProtocol.XmppServer,
            "|<stream:stream\nxmlns:stream=\"http://etherx.jabber.org/streams\">\n<stream:features>\n <mechanisms><mechanism>PLAIN</mechanism></mechanisms>"
            + "<tls:starttls/>\n</stream:features >|<tls:proceed></tls:proceed>",
            Header("jabber:server") + "|" + XmppAsk
        },
        {
            StartTlsProtocol.Ldap,
            // As OpenLDAP and, with long lengths, Active Directory answer.
            "|\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
            "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + "1.3.6.1.4.1.1466.20037"
        },
        {
            StartTlsProtocol.Ldap,
            "|\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04\x00\x8a\x16" + "1.3.6.1.4.1.1466.20037",
            "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + "1.3.6.1.4.1.1466.20037"
        },
        { StartTlsProtocol.Postgres, "|S", "\0\0\0\u0008\u0004\u00d2\u0016\u002f" },
    };

    [Theory]
    [MemberData(nameof(GoodServers))]
    public void Take_AGoodServer_LeadsToTlsInAnyPieces(StartTlsProtocol protocol, string server, string commands)
    {
        var dialogue = For(protocol);
        foreach (var size in (int[])[1, 2, 3, 7, int.MaxValue])
        {
            Assert.Equal((StartTlsStep.Ready, commands), Talk(dialogue, server, size));
        }
    }

    [Theory]
    [MemberData(nameof(GoodServers))]
    public void Take_CutAnywhere_WaitsForMore(StartTlsProtocol protocol, string server, string commands)
    {
        for (var length = 0; length < server.Length; length++)
        {
            var (step, said) = Talk(For(protocol), server[..length], int.MaxValue);
            Assert.True(step == StartTlsStep.More, $"{step} after {length} bytes");
            Assert.StartsWith(said, commands, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(GoodServers))]
    public void Take_BytesBehindTheGoAhead_IsBrokenAndSaysSo(StartTlsProtocol protocol, string server, string commands)
    {
        foreach (var injected in (string[])["\n", "\x16\x03", "* OK injected\r\n"])
        {
            var dialogue = For(protocol);
            var (step, said) = Talk(dialogue, server + injected, int.MaxValue);

            Assert.Equal((StartTlsStep.Broken, commands), (step, said));
            Assert.StartsWith("it sends plaintext behind its go-ahead", dialogue.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "421 busy\r\n", "421 busy")]
    [InlineData(StartTlsProtocol.Smtp, "220 ready\r\n|502 what\r\n", "502 what")]
    [InlineData(StartTlsProtocol.Smtp, "220 ready\r\n|250-mail\r\n250 STARTTLSX\r\n", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Smtp, "220 ready\r\n|250 STARTTLS\r\n|454 TLS not available\r\n", "454 TLS not available")]
    [InlineData(StartTlsProtocol.Imap, "* BYE overloaded\r\n", "* BYE overloaded")]
    [InlineData(StartTlsProtocol.Imap, "* PREAUTH hello\r\n", "* PREAUTH hello")]
    [InlineData(StartTlsProtocol.Imap, "* OK hello\r\n|a NO not now\r\n", "a NO not now")]
    [InlineData(StartTlsProtocol.Imap, "* OK hello\r\n|a BAD what\r\n", "a BAD what")]
    [InlineData(StartTlsProtocol.Pop3, "-ERR busy\r\n", "-ERR busy")]
    [InlineData(StartTlsProtocol.Pop3, "+OK\r\n|-ERR no TLS\r\n", "-ERR no TLS")]
    [InlineData(StartTlsProtocol.Sieve, "BYE \"busy\"\r\n", "BYE \"busy\"")]
    [InlineData(StartTlsProtocol.Sieve, "\"SIEVE\" \"\"\r\nOK\r\n", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Sieve, "\"SIEVE\" {12}\r\n\"STARTTLS\"\r\n\r\nOK\r\n", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Sieve, "\"STARTTLS\"\r\nOK\r\n|NO \"no certificate\"\r\n", "NO \"no certificate\"")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "<stream:features/>", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "<stream:features><a><starttls/></a></stream:features>", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>", "stream error host-unknown")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + XmppOffer + "|<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", "failure")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "</stream:stream>", "it ends the stream")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x13\x02\x01\x01\x78\x0e\x0a\x01\x02\x04\x00\x04\x07unknown", "result code 2 (protocolError): unknown")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x10\x02\x01\x00\x78\x0b\x0a\x01\x34\x04\x00\x04\x04gone", "result code 52 (unavailable): gone")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x00\x04\x00\x04\x00", "result code 0: ")]
    [InlineData(StartTlsProtocol.Postgres, "|N", "it does not offer STARTTLS")]
    [InlineData(StartTlsProtocol.Postgres, "|E\0\0\0\u0016SFATAL\0Mtoo many\0\0", "too many")]
    [InlineData(StartTlsProtocol.Postgres, "|E\0\0\0\u000aSFATAL", "SFATAL")]
    public void Take_AServerThatSaysNo_IsRefusedWithTheReason(StartTlsProtocol protocol, string server, string reason)
    {
        var dialogue = For(protocol);

        Assert.Equal(StartTlsStep.Refused, Talk(dialogue, server, 1).Step);
        Assert.Equal(reason, dialogue.Reason);
    }

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "220-one\r\n221 other\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "220_ready\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "\r\n")]
    [InlineData(StartTlsProtocol.Imap, "220 ready\r\n")]
    [InlineData(StartTlsProtocol.Imap, "* OK hello\r\n|b OK whose\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "+OKAY\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "hello\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "* OK hello\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "OKAY\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "\"STARTTLS\"\r\nOK\r\n|\"SASL\"\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "\"X\" {3000}\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "\"X\" {99999999999}\r\n")]
    [InlineData(StartTlsProtocol.Xmpp, "|HTTP/1.1 400 Bad Request\r\n")]
    [InlineData(StartTlsProtocol.Xmpp, "|<html><body>")]
    [InlineData(StartTlsProtocol.Xmpp, "|</stream:stream>")]
    [InlineData(StartTlsProtocol.Xmpp, "|<!DOCTYPE stream>")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "text")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "<proceed/>")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + XmppOffer + "|<stream:features/>")]
    [InlineData(StartTlsProtocol.Ldap, "|220 ready\r\n")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x80\x02\x01\x01")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x00")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x84\x7f\xff\xff\xff")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x85\x00\x00\x00\x00\x0c")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x0d\x02\x01\x01\x78\x08\x0a\x02\x01\x00\x04\x00\x04\x00")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x03\x02\x01\x01")]
    [InlineData(StartTlsProtocol.Postgres, "|220 ready\r\n")]
    [InlineData(StartTlsProtocol.Postgres, "|E\0\0\u0010\0")]
    [InlineData(StartTlsProtocol.Postgres, "|E\0\0\0\u0004")]
    public void Take_AnotherProtocol_IsBroken(StartTlsProtocol protocol, string server)
    {
        var dialogue = For(protocol);

        Assert.Equal(StartTlsStep.Broken, Talk(dialogue, server, 1).Step);
        Assert.NotEmpty(dialogue.Reason);
    }

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "220 ready\r\n250 STARTTLS\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "\"STARTTLS\"\r\nOK\r\nOK\r\n")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + XmppOffer + XmppProceed)]
    public void Take_AnAnswerToWhatWasNotAsked_IsBroken(StartTlsProtocol protocol, string server)
    {
        var dialogue = For(protocol);

        Assert.Equal(StartTlsStep.Broken, Talk(dialogue, server, int.MaxValue).Step);
        Assert.StartsWith("it speaks before its turn", dialogue.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "220-more\r\n")]
    [InlineData(StartTlsProtocol.Imap, "* OK hello\r\n|* more\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "+OK\r\n|x")]
    [InlineData(StartTlsProtocol.Sieve, "\"X\"\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "\"X\" {2000}\r\n")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "|<stream:features>|<x/>")]
    [InlineData(StartTlsProtocol.Xmpp, "|" + XmppStart + "|<x a='>")]
    [InlineData(StartTlsProtocol.Xmpp, "| ")]
    [InlineData(StartTlsProtocol.Ldap, "|\x30\x84\x00\x00\x41\x00")]
    public void Take_WithoutEnd_IsBroken(StartTlsProtocol protocol, string server)
    {
        // The last turn goes on and on: ever longer lines, ever more of them.
        var dialogue = For(protocol);
        var turns = server.Split('|');
        var last = string.Concat(Enumerable.Repeat(turns[^1], 200_000 / Math.Max(1, turns[^1].Length)));

        Assert.Equal(StartTlsStep.Broken, Talk(dialogue, string.Join('|', [.. turns[..^1], last]), 1000).Step);
    }

    [Fact]
    public void Reason_OfHostileWords_IsShortAndHarmless()
    {
        var dialogue = For(StartTlsProtocol.Smtp);

        Talk(dialogue, "421 \u001b[31m\u0007\t\u00c2\u009b1m\u00e2\u0080\u00aeevil \u00c3\u00a4\u00ff" + new string('x', 1000) + "\r\n", int.MaxValue);

        // The escape, the bell, the tab, a C1 control, the mark that turns text around; an umlaut and what is no UTF-8 stay visible.
        Assert.StartsWith("421 ?[31m???1m?evil \u00e4\ufffdx", dialogue.Reason, StringComparison.Ordinal);
        Assert.Equal(200, dialogue.Reason.Length);
    }

    [Fact]
    public void Command_ForAHostWithMarkup_IsEscaped()
    {
        var dialogue = StartTlsDialogue.For(StartTlsProtocol.Xmpp, "a'><b");

        Assert.Equal(StartTlsStep.Send, dialogue.Begin());
        Assert.Contains("to='a&apos;&gt;&lt;b'", Encoding.UTF8.GetString(dialogue.Command.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_OfProtocols_AreReadAndWritten()
    {
        foreach (var protocol in Enum.GetValues<StartTlsProtocol>())
        {
            Assert.True(StartTlsProtocols.TryParse(protocol.ToText(), out var read));
            Assert.Equal(protocol, read);
            Assert.InRange(protocol.DefaultPort(), 1, ushort.MaxValue);
        }

        Assert.Equal(Enum.GetValues<StartTlsProtocol>().Select(protocol => protocol.ToText()), StartTlsProtocols.Names);
        Assert.False(StartTlsProtocols.TryParse("SMTP", out _));
        Assert.False(StartTlsProtocols.TryParse(null, out _));
    }

    private static StartTlsDialogue For(StartTlsProtocol protocol) => StartTlsDialogue.For(protocol, "example.org");

    private static string Header(string content) =>
        $"<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='{content}' xmlns:stream='http://etherx.jabber.org/streams'>";

    /// <summary>The server's turns are parted by a bar; it takes the next when it is spoken to. Its first turn is empty when the client begins.</summary>
    private static (StartTlsStep Step, string Commands) Talk(StartTlsDialogue dialogue, string server, int size)
    {
        var commands = new List<string>();
        var step = dialogue.Begin();
        foreach (var turn in server.Split('|'))
        {
            foreach (var piece in Encoding.Latin1.GetBytes(turn).Chunk(Math.Min(size, 1_000_000)))
            {
                step = dialogue.Take(piece);
                if (step is StartTlsStep.Refused or StartTlsStep.Broken)
                    return (step, string.Join('|', commands));
            }

            if (step != StartTlsStep.Send)
                continue;
            commands.Add(Encoding.Latin1.GetString(dialogue.Command.Span));
            step = StartTlsStep.More;
        }

        return (step, string.Join('|', commands));
    }
}
