using System.Text;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class StartTlsDialogueTests
{
    private const string Smtp = "220-mail.example.test ESMTP\r\n220 ready\r\n|250-mail.example.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n|220 go ahead\r\n";
    private const string Imap = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n|* CAPABILITY IMAP4rev1\r\na OK begin TLS now\r\n";
    private const string Pop3 = "+OK ready <1@mail.example.test>\r\n|+OK begin TLS\r\n";

    [Theory]
    [InlineData("Smtp", Smtp, "EHLO localhost\r\nSTARTTLS\r\n")]
    [InlineData("Imap", Imap, "a STARTTLS\r\n")]
    [InlineData("Pop3", Pop3, "STLS\r\n")]
    public void Take_AGoodServer_LeadsToTlsInAnyPieces(string protocol, string server, string commands)
    {
        foreach (var size in (int[])[1, 2, 3, 7, int.MaxValue])
        {
            var dialogue = For(protocol);
            Assert.Equal((StartTlsStep.Ready, commands), Talk(dialogue, server, size));

            dialogue.Reset();
            Assert.Equal((StartTlsStep.Ready, commands), Talk(dialogue, server, size));
        }
    }

    [Theory]
    [InlineData("Smtp", Smtp)]
    [InlineData("Imap", Imap)]
    [InlineData("Pop3", Pop3)]
    public void Take_CutAnywhere_WaitsForMore(string protocol, string server)
    {
        for (var length = 0; length < server.Length; length++)
        {
            var (step, _) = Talk(For(protocol), server[..length], int.MaxValue);
            Assert.True(step is StartTlsStep.More or StartTlsStep.Send, $"{step} after {length} bytes");
        }
    }

    [Theory]
    [InlineData("Smtp", "421 busy\r\n", "421 busy")]
    [InlineData("Smtp", "220 ready\r\n|502 what\r\n", "502 what")]
    [InlineData("Smtp", "220 ready\r\n|250-mail\r\n250 STARTTLSX\r\n", "STARTTLS is not among its extensions")]
    [InlineData("Smtp", "220 ready\r\n|250 STARTTLS\r\n|454 TLS not available\r\n", "454 TLS not available")]
    [InlineData("Imap", "* BYE overloaded\r\n", "* BYE overloaded")]
    [InlineData("Imap", "* PREAUTH hello\r\n", "* PREAUTH hello")]
    [InlineData("Imap", "* OK hello\r\n|a NO not now\r\n", "a NO not now")]
    [InlineData("Imap", "* OK hello\r\n|a BAD what\r\n", "a BAD what")]
    [InlineData("Pop3", "-ERR busy\r\n", "-ERR busy")]
    [InlineData("Pop3", "+OK\r\n|-ERR no TLS\r\n", "-ERR no TLS")]
    public void Take_AServerThatSaysNo_IsRefusedInItsOwnWords(string protocol, string server, string reason)
    {
        var dialogue = For(protocol);

        Assert.Equal(StartTlsStep.Refused, Talk(dialogue, server, 1).Step);
        Assert.Equal(reason, dialogue.Reason);
    }

    [Theory]
    [InlineData("Smtp", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("Smtp", "220-one\r\n221 other\r\n")]
    [InlineData("Smtp", "220_ready\r\n")]
    [InlineData("Smtp", "\r\n")]
    [InlineData("Imap", "220 ready\r\n")]
    [InlineData("Imap", "* OK hello\r\n|b OK whose\r\n")]
    [InlineData("Pop3", "+OKAY\r\n")]
    [InlineData("Pop3", "hello\r\n")]
    public void Take_AnotherProtocol_IsBroken(string protocol, string server)
    {
        Assert.Equal(StartTlsStep.Broken, Talk(For(protocol), server, 1).Step);
    }

    [Theory]
    [InlineData("Smtp", "220 ready\r\n250 STARTTLS\r\n")]
    [InlineData("Smtp", "220 ready\r\n|250 STARTTLS\r\n|220 go\r\n220 injected\r\n")]
    [InlineData("Imap", "* OK hello\r\n|a OK go\r\n* OK injected\r\n")]
    [InlineData("Pop3", "+OK\r\n|+OK go\r\n\u0016")]
    public void Take_MoreThanWasAskedFor_IsBroken(string protocol, string server)
    {
        Assert.Equal(StartTlsStep.Broken, Talk(For(protocol), server, int.MaxValue).Step);
    }

    [Theory]
    [InlineData("Smtp")]
    [InlineData("Imap")]
    [InlineData("Pop3")]
    public void Take_WithoutEnd_IsBroken(string protocol)
    {
        var line = new string('x', 100_000);
        Assert.Equal(StartTlsStep.Broken, Talk(For(protocol), line, 1000).Step);

        var lines = string.Concat(Enumerable.Repeat("220-more\r\n", 1000));
        Assert.Equal(StartTlsStep.Broken, Talk(For(protocol), lines, 1000).Step);
    }

    private static StartTlsDialogue For(string protocol)
    {
        var dialogue = StartTlsDialogue.For(Enum.Parse<MailProtocol>(protocol));
        dialogue.Reset();
        return dialogue;
    }

    /// <summary>The server's turns are parted by a bar; it takes the next when it is spoken to.</summary>
    private static (StartTlsStep Step, string Commands) Talk(StartTlsDialogue dialogue, string server, int size)
    {
        var commands = new StringBuilder();
        var step = StartTlsStep.More;
        foreach (var turn in server.Split('|'))
        {
            foreach (var piece in turn.Chunk(Math.Min(size, 1_000_000)))
            {
                step = dialogue.Take(Encoding.Latin1.GetBytes(piece));
                if (step is StartTlsStep.Refused or StartTlsStep.Broken)
                    return (step, commands.ToString());
            }

            if (step == StartTlsStep.Send)
                commands.Append(Encoding.ASCII.GetString(dialogue.Command.Span));
        }

        return (step, commands.ToString());
    }
}
