using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>SMTP inside TLS: groups of commands, logins, messages and chunks.</summary>
[Collection(ScriptedMail.Name)]
public sealed class SmtpDialogueTests(RelayFixture mail)
{
    private const string CommandLike = "STARTTLS\r\nMAIL FROM:<x@example.test>\r\nQUIT\r\nXCLIENT ADDR=127.0.0.1\r\n";

    [Fact]
    public async Task Group_OfCommands_ReachesTheBackendBeforeItHasAnsweredAny()
    {
        const int recipients = 50;
        await using var both = await mail.OpenAsync("smtp");
        var group = new StringBuilder("RSET\r\nMAIL FROM:<a@example.test>\r\n");
        for (var i = 0; i < recipients; i++) group.Append(FormattableString.Invariant($"RCPT TO:<user{i}@example.test>\r\n"));

        // DATA ends a group (RFC 2920 section 3.1): what follows depends on its reply.
        await both.Client.SendAsync(group + "DATA\r\n");
        await both.Backend.ExpectAsync(group.ToString());
        var replies = string.Concat(Enumerable.Range(0, recipients + 2).Select(i => FormattableString.Invariant($"250 {i}\r\n")));
        await both.ReplyAsync(replies);
        await both.Backend.ExpectAsync("DATA\r\n");
        await both.ReplyAsync("354 go\r\n");
    }

    [Fact]
    public async Task Group_OfMoreCommandsThanOneGroupHas_IsAnsweredInOrder()
    {
        const int count = 2500;
        await using var both = await mail.OpenAsync("smtp");
        var commands = Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"RCPT TO:<{i}@example.test>\r\n")).ToList();

        var sent = both.Client.SendAsync(string.Concat(commands));
        foreach (var command in commands)
        {
            await both.Backend.ExpectAsync(command);
            await both.Backend.SendAsync("250 " + command);
        }

        await both.Client.ExpectAsync(string.Concat(commands.Select(command => "250 " + command)));
        await sent;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_WithLinesLikeCommands_IsAMessage(bool slowly)
    {
        await using var both = await mail.OpenAsync("smtp");
        const string message = "Subject: x\r\n\r\n" + CommandLike + "..\r\n..two dots\r\n.x\r\n\r\n.\r\n";

        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.Client.SendAsync(message, slowly);
        await both.Backend.ExpectAsync(message);
        await both.ReplyAsync("250 queued\r\n");

        // Afterwards it is a command again.
        await both.Client.SendAsync("STARTTLS\r\nNOOP\r\n");
        await both.Client.ExpectLineAsync("503 ");
        await both.Backend.ExpectAsync("NOOP\r\n");
    }

    [Fact]
    public async Task Message_ThatIsNothingButItsEnd_IsAMessage()
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.ExchangeAsync(".\r\n", "250 queued\r\n");
        await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
    }

    [Fact]
    public async Task Data_ThatIsRefused_IsFollowedByCommands()
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("DATA\r\n", "554 no recipients\r\n");
        await both.Client.SendAsync("STARTTLS\r\nNOOP\r\n");

        await both.Client.ExpectLineAsync("503 ");
        await both.Backend.ExpectAsync("NOOP\r\n");
    }

    [Fact]
    public async Task Data_ThatIsRefusedBeforeItsEnd_IsDoneAtItsEnd()
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.SayAsync("one\r\n");
        await both.ReplyAsync("552 too much\r\n");
        await both.SayAsync("two\r\n.\r\n");
        await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunks_WithLinesLikeCommands_AreChunks(bool slowly)
    {
        await using var both = await mail.OpenAsync("smtp");
        await both.ExchangeAsync("EHLO x\r\n", "250-b\r\n250 CHUNKING\r\n");
        const string chunk = CommandLike + ".\r\n\0\n.\n";
        var first = FormattableString.Invariant($"BDAT {chunk.Length}\r\n{chunk}");
        var last = FormattableString.Invariant($"bdat {chunk.Length} last\r\n{chunk}");

        await both.Client.SendAsync(first + last + "BDAT 0 LAST\r\n", slowly);
        await both.Backend.ExpectAsync(first + last + "BDAT 0 LAST\r\n");
        await both.ReplyAsync("250 ok\r\n250 ok\r\n503 no\r\n");

        await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
    }

    [Theory]
    [InlineData("BDAT\r\n")]
    [InlineData("BDAT -1\r\n")]
    [InlineData("BDAT x LAST\r\n")]
    [InlineData("BDAT 0x10\r\n")]
    [InlineData("BDAT 99999999999999999999999\r\n")]
    public async Task Chunk_OfUnknownLength_EndsTheConnection(string command)
    {
        await using var both = await mail.OpenAsync("smtp");
        await both.ExchangeAsync("EHLO x\r\n", "250-b\r\n250 CHUNKING\r\n");

        await both.Client.SendAsync(command + "QUIT\r\n");
        await both.Client.ExpectLineAsync("421 ");

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    /// <summary>
    /// A server that has no chunks reads them as commands: among them could be such as the proxy keeps for itself.
    /// </summary>
    [Theory]
    [InlineData("250 b\r\n")]
    [InlineData("250-b\r\n250-SIZE\r\n250 XCHUNKING\r\n")]
    [InlineData("502 no\r\n")]
    public async Task Chunk_ThatTheBackendDoesNotTake_EndsTheConnection(string hello)
    {
        await using var both = await mail.OpenAsync("smtp");
        await both.ExchangeAsync("EHLO x\r\n", hello);

        await both.Client.SendAsync("BDAT 26\r\nXCLIENT ADDR=127.0.0.1\r\n\r\n");
        await both.Client.ExpectLineAsync("421 ");

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    [Theory]
    [InlineData("STARTTLS\r\n")]
    [InlineData("DATA\r\n")]
    [InlineData("BDAT 10\r\n")]
    [InlineData("*\r\n")]
    [InlineData("\r\n")]
    public async Task Login_WhoseAnswersLookLikeCommands_IsPassedOn(string line)
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n");
        await both.ExchangeAsync(line, "334 UGFzc3dvcmQ6\r\n");
        await both.ExchangeAsync(line, "535 no\r\n");
        await both.ExchangeAsync("AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n", "235 ok\r\n");
        // And again they are commands.
        await both.Client.SendAsync("STARTTLS\r\nNOOP\r\n");
        await both.Client.ExpectLineAsync("503 ");
        await both.Backend.ExpectAsync("NOOP\r\n");
    }

    [Fact]
    public async Task LoginsAnswer_WithABareLineEnd_EndsTheConnection()
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n");
        await both.Client.SendAsync("dGlt\nSTARTTLS\r\n");
        await both.Client.ExpectLineAsync("421 ");

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    [Theory]
    [InlineData("XCLIENT ADDR=127.0.0.1 LOGIN=root\r\n", "502 ")]
    [InlineData("xforward ADDR=127.0.0.1\r\n", "502 ")]
    [InlineData(" XCLIENT ADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("\tXCLIENT ADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("XCLIENT\fADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("XCLIENT\vADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("XCLIENT\u00a0ADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("NOOP\nXCLIENT ADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("NOOP\rXCLIENT ADDR=127.0.0.1\r\n", "500 ")]
    public async Task ProxysWord_OfAClient_IsNotPassedOn(string command, string answer)
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.Client.SendAsync(command);
        await both.Client.ExpectLineAsync(answer);
        await both.Client.SendAsync("RSET\r\n");
        await both.Backend.ExpectAsync("RSET\r\n");
    }

    [Theory]
    [InlineData("250 ok")]
    [InlineData("hello\r\n")]
    [InlineData("2x0 ok\r\n")]
    [InlineData("250-a\r\n251 b\r\n")]
    [InlineData("354 go on\r\n")]
    [InlineData("334 go on\r\n")]
    public async Task Reply_ThatIsNone_EndsTheConnection(string reply)
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.SayAsync("RSET\r\n");
        await both.Backend.SendAsync(reply);
        if (!reply.EndsWith('\n')) await both.Backend.DisposeAsync();

        // Its first lines may have been passed on.
        var heard = await both.Client.ReadToEndAsync();
        Assert.Equal(reply.EndsWith('\n'), heard.Contains("421 4.3.0 ", StringComparison.Ordinal));
        Assert.DoesNotContain("250 ok", heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ThatGoesInTheMiddleOfAMessage_HasSentNone(bool politely)
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.SayAsync("half a message\r\n");
        // These look like the beginning of an end.
        await both.Client.SendAsync(".\r");
        if (politely) await both.Client.FinishAsync();
        else both.Client.Break();

        var rest = await both.Backend.ReadToEndAsync();
        Assert.DoesNotContain(".", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ThatGoesInTheMiddleOfACommand_HasSentNone()
    {
        await using var both = await mail.OpenAsync("smtp");

        await both.ExchangeAsync("RSET\r\n", "250 ok\r\n");
        await both.Client.SendAsync("QUIT");
        await both.Client.FinishAsync();

        await both.Backend.ExpectEndAsync();
    }
}
