namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>IMAP inside TLS up to the login, and that nothing is touched after it.</summary>
[Collection(ScriptedMail.Name)]
public sealed class ImapDialogueTests(RelayFixture mail)
{
    /// <summary>Every one of these would be changed, answered or taken for something before the login.</summary>
    private const string Replies =
        "* CAPABILITY IMAP4rev1 STARTTLS\r\n* 1 FETCH (BODY[] {24}\r\n* CAPABILITY STARTTLS X\r\n)\r\nc OK [CAPABILITY STARTTLS]\r\n\0\xff\n";

    private const string Commands = "c STARTTLS\r\nDONE\n\0\xff\r* {5+}\r\n{99999999999999}\r\n";

    [Fact]
    public async Task Login_WithLiteralsThatWait_GetsThem()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a LOGIN {3}\r\n", "+ go\r\n");
        await both.ExchangeAsync("tim {12}\r\n", "+\r\n");
        await both.SayAsync("b STARTTLS\r\n\r\n");
        await both.Backend.SendAsync("* 3 EXISTS\r\na OK [CAPABILITY IMAP4rev1 STARTTLS] in\r\n");
        await both.Client.ExpectAsync("* 3 EXISTS\r\na OK [CAPABILITY IMAP4rev1] in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Login_WithLiteralsThatFollow_IsOneCommand(bool slowly)
    {
        await using var both = await mail.OpenAsync("imap");
        const string login = "a LOGIN {3+}\r\ntim {12+}\r\nb STARTTLS\r\n\r\n";

        await both.Client.SendAsync(login + "c STARTTLS\r\nd NOOP\r\n", slowly);
        await both.Backend.ExpectAsync(login);
        await both.ReplyAsync("a NO [AUTHENTICATIONFAILED] no\r\n");
        await both.Client.ExpectLineAsync("c BAD ");
        await both.Backend.ExpectAsync("d NOOP\r\n");
    }

    [Theory]
    [InlineData("a LOGIN {4294967295}\r\n")]
    [InlineData("a LOGIN {0}\r\n")]
    public async Task Literal_ThatTheBackendDoesNotWant_IsNotSent(string command)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync(command, "a BAD no\r\n");
        await both.Client.SendAsync("b STARTTLS\r\nc NOOP\r\n");

        await both.Client.ExpectLineAsync("b BAD ");
        await both.Backend.ExpectAsync("c NOOP\r\n");
    }

    [Theory]
    [InlineData("a LOGIN {99999999999}\r\n")]
    [InlineData("a LOGIN {99999999999+}\r\n")]
    [InlineData("a STARTTLS {12+}\r\nb STARTTLS\r\n\r\n")]
    [InlineData("a STARTTLS {12}\r\n")]
    [InlineData("a AUTHENTICATE {5+}\r\nPLAIN\r\n")]
    [InlineData("a AUTHENTICATE {5}\r\n")]
    public async Task Literal_ThatCannotBeMeant_EndsTheConnection(string words)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.Client.SendAsync(words);
        await both.Client.ExpectLineAsync("* BYE ");

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    [Fact]
    public async Task Authenticate_WithInitialResponse_LogsIn()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a authenticate PLAIN AHRpbQBzZWNyZXQ=\r\n", "a ok in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Fact]
    public async Task Authenticate_WithChallenges_LogsIn()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a AUTHENTICATE LOGIN\r\n", "+ VXNlcm5hbWU6\r\n");
        await both.ExchangeAsync("dGlt\r\n", "+ UGFzc3dvcmQ6\r\n");
        await both.ExchangeAsync("c2VjcmV0\r\n", "a OK in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData("*\r\n")]
    [InlineData("\r\n")]
    [InlineData("b STARTTLS\r\n")]
    [InlineData("{12+}\r\n")]
    [InlineData("x {12}\r\n")]
    public async Task Authenticate_WithAnAnswerThatIsNone_IsOverWhenTheBackendSaysSo(string answer)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a AUTHENTICATE PLAIN\r\n", "+\r\n");
        // RFC 9051 section 6.2.2: one line of base64, or an asterisk. It announces nothing.
        await both.ExchangeAsync(answer, "a BAD no\r\n");
        await both.Client.SendAsync("b STARTTLS\r\nc NOOP\r\n");

        await both.Client.ExpectLineAsync("b BAD ");
        await both.Backend.ExpectAsync("c NOOP\r\n");
    }

    [Fact]
    public async Task Login_ThatFails_ChangesNothing()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a LOGIN tim wrong\r\n", "a NO [AUTHENTICATIONFAILED] no\r\n");
        await both.Client.SendAsync("b STARTTLS\r\n");

        await both.Client.ExpectLineAsync("b BAD ");
    }

    /// <summary>Only the reply with the command's own tag ends it.</summary>
    [Theory]
    [InlineData("* OK in\r\n")]
    [InlineData("aa OK in\r\n")]
    [InlineData("A OK in\r\n")]
    [InlineData("a\r\n")]
    [InlineData("* LIST () \"/\" {6}\r\na OK\r\n\r\n")]
    public async Task Login_WithAReplyThatIsNotItsOwn_IsNotOver(string reply)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a LOGIN tim secret\r\n", reply);
        await both.Backend.SendAsync("* CAPABILITY IMAP4rev1 STARTTLS\r\n");
        await both.Client.ExpectAsync("* CAPABILITY IMAP4rev1\r\n");
        await both.ReplyAsync("a OK in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData("b IDLE\r\n", "+ idling\r\n", "DONE\r\n", "b OK\r\n")]
    [InlineData("b APPEND x {12}\r\n", "+ go\r\n", "c STARTTLS\r\n\r\n", "b OK [CAPABILITY STARTTLS]\r\n")]
    [InlineData("b COMPRESS DEFLATE\r\n", "b OK\r\n", "\u00ca\0\n\r{5}", "\u00cb\n\0STARTTLS")]
    public async Task Command_AfterLogin_PassesUntouched(string command, string reply, string more, string end)
    {
        await using var both = await mail.OpenAsync("imap");
        await both.ExchangeAsync("a LOGIN tim secret\r\n", "a OK in\r\n");

        await both.ExchangeAsync(command, reply);
        await both.ReplyAsync("* 4 EXISTS\r\n");
        await both.ExchangeAsync(more, end);

        await AssertUntouchedAsync(both);
    }

    [Fact]
    public async Task Compression_BeforeLogin_PassesUntouched()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.ExchangeAsync("a COMPRESS DEFLATE\r\n", "a OK\r\n");

        await AssertUntouchedAsync(both);
    }

    /// <summary>To a client that begins with TLS it is the backend's word (RFC 9051 section 7.1.4).</summary>
    [Fact]
    public async Task Preauth_WithImplicitTls_IsALogin()
    {
        await using var client = await mail.BeginTlsAsync("imaps");
        await using var backend = await mail.BackendOf("imaps").AcceptAsync();
        var both = new Conversation(client, backend);

        await both.ReplyAsync("* PREAUTH go\r\n");

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("a\r\n")]
    [InlineData("* STARTTLS\r\n")]
    [InlineData("+ STARTTLS\r\n")]
    [InlineData(" a STARTTLS\r\n")]
    [InlineData("{1} STARTTLS\r\n")]
    [InlineData("\"a\" STARTTLS\r\n")]
    [InlineData("a(b STARTTLS\r\n")]
    [InlineData("\u00e9 STARTTLS\r\n")]
    [InlineData("a\v STARTTLS\r\n")]
    [InlineData("a STARTTLS\v\r\n")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789 STARTTLS\r\n")]
    public async Task Command_ThatBeginsWithNoTag_IsNotPassedOn(string line)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.Client.SendAsync(line);
        Assert.Matches("^(\\*|a) BAD ", await both.Client.ReadLineAsync());

        await both.ExchangeAsync("q NOOP\r\n", "q OK\r\n");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("A-1_z]['<>?/|~^&$#@!`=;:,")]
    public async Task Tag_OfAllThatATagMayHave_IsEchoed(string tag)
    {
        await using var both = await mail.OpenAsync("imap");

        await both.Client.SendAsync(tag + " STARTTLS\r\n");
        await both.Client.ExpectLineAsync(tag + " BAD ");
    }

    [Fact]
    public async Task Reply_WithALiteralWithoutEnd_EndsTheConnection()
    {
        await using var both = await mail.OpenAsync("imap");

        await both.SayAsync("a NOOP\r\n");
        await both.Backend.SendAsync("* X {99999999999}\r\n");
        await both.Client.ExpectLineAsync("* X ");

        await both.Client.ExpectLineAsync("* BYE ");
        await both.Client.ExpectEndAsync();
    }

    private static async Task AssertUntouchedAsync(Conversation both)
    {
        await both.ExchangeAsync(Commands, Replies);
        await both.Backend.SendAsync(Replies, slowly: true);
        await both.Client.SendAsync(Commands, slowly: true);
        await both.Backend.ExpectAsync(Commands);
        await both.Client.ExpectAsync(Replies);
    }
}
