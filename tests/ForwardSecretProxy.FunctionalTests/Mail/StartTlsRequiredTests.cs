using System.Security.Authentication;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// Before TLS where it is required: the proxy speaks for itself, by RFC 3207 (SMTP), 9051 (IMAP), 2449 and 2595 (POP3) and 5804
/// (ManageSieve), and the backend hears of nobody.
/// </summary>
[Collection(ScriptedMail.Name)]
public sealed class StartTlsRequiredTests(RelayFixture mail)
{
    private const int MostBadCommands = 20;
    private const int LongestLine = 2048;

    [Theory]
    [InlineData("smtp", "EHLO client.test", "250-web.example.test\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n")]
    [InlineData("smtp", "ehlo client.test", "250-web.example.test\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS\r\n")]
    [InlineData("smtp", "NOOP", "250 ")]
    [InlineData("smtp", "EHLO", "501 ")]
    [InlineData("smtp", "", "530 ")]
    [InlineData("imap", "a CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na OK ")]
    [InlineData("imap", "b7 capability", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nb7 OK ")]
    [InlineData("imap", "a NOOP", "a OK ")]
    [InlineData("imap", "", "* BAD ")]
    [InlineData("imap", "STARTTLS", "STARTTLS BAD ")]
    [InlineData("imap", "* STARTTLS", "* BAD ")]
    [InlineData("imap", "+ STARTTLS", "* BAD ")]
    [InlineData("imap", " STARTTLS", "* BAD ")]
    [InlineData("imap", "{5} STARTTLS", "* BAD ")]
    [InlineData("imap", "a+ STARTTLS", "* BAD ")]
    [InlineData("imap", "a\u00e9 STARTTLS", "* BAD ")]
    [InlineData("imap", "0123456789012345678901234567890123456789012345678901234567890123456789 STARTTLS", "* BAD ")]
    [InlineData("pop3", "CAPA", "+OK\r\nSTLS\r\n.\r\n")]
    [InlineData("pop3", "capa", "+OK\r\nSTLS\r\n.\r\n")]
    [InlineData("pop3", "CAPA all", "-ERR ")]
    [InlineData("pop3", "", "-ERR ")]
    [InlineData("sieve", "CAPABILITY", "\"IMPLEMENTATION\" \"fsp\"\r\n\"SIEVE\" \"\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK")]
    [InlineData("sieve", "noop", "OK")]
    [InlineData("sieve", "NOOP \"here\"", "OK (TAG \"here\")")]
    [InlineData("sieve", "NOOP \"a\\\"b\"", "NO ")]
    [InlineData("sieve", "NOOP \"a\" \"b\"", "NO ")]
    [InlineData("sieve", "", "NO ")]
    public async Task Command_BeforeTls_IsAnsweredByTheStandard(string listener, string command, string answer)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(command + "\r\n");
        await client.ExpectAsync(answer);
        if (!answer.EndsWith("\r\n", StringComparison.Ordinal)) await client.ReadLineAsync();

        Assert.False(mail.BackendOf(listener).IsWanted);
        await AssertGoesOnAsync(client, listener);
    }

    [Theory]
    [InlineData("smtp", "QUIT", "221 ")]
    [InlineData("imap", "a LOGOUT", "* BYE closing\r\na OK ")]
    [InlineData("pop3", "QUIT", "+OK ")]
    [InlineData("sieve", "LOGOUT", "OK ")]
    public async Task Goodbye_BeforeTls_EndsTheConnection(string listener, string command, string answer)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(command + "\r\n");
        await client.ExpectAsync(answer);
        await client.ReadLineAsync();

        await client.ExpectEndAsync();
        await mail.AssertBackendUntouchedAsync(listener);
    }

    [Theory]
    [MemberData(nameof(Logins))]
    public async Task Login_BeforeTls_IsRefused(string listener, string command, string answer)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(command + "\r\n");
        await client.ExpectLineAsync(answer);

        Assert.False(mail.BackendOf(listener).IsWanted);
        await AssertGoesOnAsync(client, listener);
    }

    /// <summary>The literal is on its way already: none of it may be read as a command.</summary>
    [Theory]
    [MemberData(nameof(Literals))]
    public async Task Literal_BeforeTls_EndsTheConnection(string listener, string words, string answer)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(words);
        await client.ExpectLineAsync(answer);
        if (listener == "imap") await client.ExpectLineAsync("* BYE ");

        await client.ExpectEndAsync();
        await mail.AssertBackendUntouchedAsync(listener);
    }

    [Theory]
    [InlineData("smtp", "starttls")]
    [InlineData("smtp", "StartTls")]
    [InlineData("imap", "A.1 starttls")]
    [InlineData("pop3", "stls")]
    [InlineData("sieve", "starttls")]
    public async Task StartTls_InAnyCase_BeginsTls(string listener, string command)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(command + "\r\n");
        await client.ExpectLineAsync(Dialect.Of(listener).Agreed.Replace("a ", "A.1 ", StringComparison.Ordinal));
        await client.ShakeHandsAsync();

        await AssertServedAsync(client, listener);
    }

    [Theory]
    [InlineData("smtp", "STARTTLS now", "501 ")]
    [InlineData("imap", "a STARTTLS now", "a BAD ")]
    [InlineData("imap", "a STARTTLS {3}", "a BAD ")]
    [InlineData("pop3", "STLS now", "-ERR ")]
    [InlineData("sieve", "STARTTLS \"now\"", "NO ")]
    public async Task StartTls_WithArguments_IsRefused(string listener, string command, string answer)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(command + "\r\n");
        await client.ExpectLineAsync(answer);

        await AssertGoesOnAsync(client, listener);
    }

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task Command_InAnyPieces_IsOne(string listener, bool slowly)
    {
        var dialect = Dialect.Of(listener);
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync("! \x01 nothing\r\n" + dialect.StartTls + "\r\n", slowly);
        await client.ExpectLineAsync(listener switch { "smtp" => "530 ", "imap" => "! BAD ", _ => dialect.Fault });
        await client.ExpectLineAsync(dialect.Agreed);
        await client.ShakeHandsAsync();

        await AssertServedAsync(client, listener);
    }

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task Line_ThatIsNone_IsRefusedWhole(string listener, string before, string behind)
    {
        var dialect = Dialect.Of(listener);
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(before + dialect.StartTls + behind);
        await client.ExpectLineAsync(listener == "imap" && before.Length == 0 ? "a BAD " : dialect.Fault);

        await AssertGoesOnAsync(client, listener);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Line_OfTheGreatestLength_IsTaken(string listener)
    {
        await using var client = await mail.MeetAsync(listener);
        var filler = listener == "imap" ? "a x" : "x";

        await client.SendAsync(filler.PadRight(LongestLine - 2, 'x') + "\r\n");
        await client.ReadLineAsync();

        await AssertGoesOnAsync(client, listener);
    }

    [Theory]
    [InlineData("smtp", "\r\n")]
    [InlineData("smtp", "")]
    [InlineData("imap", "\r\n")]
    [InlineData("imap", "")]
    [InlineData("pop3", "\r\n")]
    [InlineData("pop3", "")]
    [InlineData("sieve", "\r\n")]
    [InlineData("sieve", "")]
    public async Task Line_LongerThanThat_EndsTheConnection(string listener, string end)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(new string('x', LongestLine - 1) + (end.Length == 0 ? "xx" : end));
        await client.ExpectLineAsync(Dialect.Of(listener).Farewell);

        await client.ExpectEndAsync();
        await mail.AssertBackendUntouchedAsync(listener);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task BadCommands_TooMany_EndTheConnection(string listener)
    {
        await using var client = await mail.MeetAsync(listener);

        for (var i = 0; i < MostBadCommands; i++)
        {
            await client.SendAsync("! nothing\r\n");
            Assert.EndsWith("\r\n", await client.ReadLineAsync(), StringComparison.Ordinal);
        }

        await client.SendAsync("! nothing\r\n");
        await client.ExpectLineAsync(Dialect.Of(listener).Farewell);
        await client.ExpectEndAsync();
        await mail.AssertBackendUntouchedAsync(listener);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task ClientThatSpeaksTlsAtOnce_IsNotUnderstood(string listener)
    {
        await using var client = await mail.ConnectAsync(listener);

        await Assert.ThrowsAsync<AuthenticationException>(() => client.ShakeHandsAsync());

        await mail.AssertBackendUntouchedAsync(listener);
    }

    /// <summary>What needs TLS, and how the refusal begins.</summary>
    public static TheoryData<string, string, string> Logins => new()
    {
        { "smtp", "AUTH PLAIN AHRpbQBzZWNyZXQ=", "530 5.7.0 " },
        { "smtp", "auth login", "530 5.7.0 " },
        { "smtp", "MAIL FROM:<tim@example.test>", "530 5.7.0 " },
        { "smtp", "HELO client.test", "530 5.7.0 " },
        { "smtp", "DATA", "530 5.7.0 " },
        { "smtp", "BDAT 10 LAST", "530 5.7.0 " },
        { "smtp", "XCLIENT ADDR=127.0.0.1", "530 5.7.0 " },
        { "imap", "a LOGIN tim secret", "a NO [PRIVACYREQUIRED] " },
        { "imap", "a login {3}", "a NO [PRIVACYREQUIRED] " },
        { "imap", "a AUTHENTICATE PLAIN", "a NO [PRIVACYREQUIRED] " },
        { "imap", "a authenticate plain AHRpbQBzZWNyZXQ=", "a NO [PRIVACYREQUIRED] " },
        { "pop3", "USER tim", "-ERR " },
        { "pop3", "pass secret", "-ERR " },
        { "pop3", "APOP tim c4c9334bac560ecc979e58001b3e22fb", "-ERR " },
        { "pop3", "AUTH PLAIN AHRpbQBzZWNyZXQ=", "-ERR " },
        { "pop3", "AUTH", "-ERR " },
        { "sieve", "AUTHENTICATE \"PLAIN\"", "NO (ENCRYPT-NEEDED) " },
        { "sieve", "authenticate \"PLAIN\" \"AHRpbQBzZWNyZXQ=\"", "NO (ENCRYPT-NEEDED) " },
    };

    /// <summary>Literals, and how the last words begin; LOGIN and AUTHENTICATE are logins.</summary>
    public static TheoryData<string, string, string> Literals => new()
    {
        { "imap", "a LOGIN {12+}\r\nb STARTTLS\r\n secret\r\n", "a BAD " },
        { "imap", "a AUTHENTICATE {12+}\r\nb STARTTLS\r\n\r\n", "a BAD " },
        { "imap", "a NOOP {12+}\r\nb STARTTLS\r\n\r\n", "a BAD " },
        { "imap", "a STARTTLS {12+}\r\nb STARTTLS\r\n\r\n", "a BAD " },
        { "imap", "a LOGIN {99999999999999999999}\r\n", "a BAD " },
        { "sieve", "AUTHENTICATE \"PLAIN\" {10+}\r\nSTARTTLS\r\n\r\n", "BYE " },
        { "sieve", "NOOP {10+}\r\nSTARTTLS\r\n\r\n", "BYE " },
        { "sieve", "NOOP {10}\r\nSTARTTLS\r\n\r\n", "BYE " },
    };

    public static TheoryData<string> All => ["smtp", "imap", "pop3", "sieve"];

    public static TheoryData<string, bool> Pieces
    {
        get
        {
            var pieces = new TheoryData<string, bool>();
            foreach (var listener in (string[])["smtp", "imap", "pop3", "sieve"])
            {
                pieces.Add(listener, false);
                pieces.Add(listener, true);
            }

            return pieces;
        }
    }

    /// <summary>A NUL, a bare CR and a bare LF, each before STARTTLS, in it and behind it.</summary>
    public static TheoryData<string, string, string> BadLines
    {
        get
        {
            var lines = new TheoryData<string, string, string>();
            foreach (var listener in (string[])["smtp", "imap", "pop3", "sieve"])
            {
                lines.Add(listener, "", "\n");
                lines.Add(listener, "", "\0\r\n");
                lines.Add(listener, "", "\r\r\n");
                lines.Add(listener, "", "\rx\r\n");
                lines.Add(listener, "\0", "\r\n");
                lines.Add(listener, "\r", "\r\n");
            }

            return lines;
        }
    }

    private async Task AssertGoesOnAsync(Wire client, string listener)
    {
        await RelayFixture.StartTlsAsync(client, listener);
        await AssertServedAsync(client, listener);
    }

    /// <summary>What the client said before, if anything, is nothing that the backend hears.</summary>
    private async Task AssertServedAsync(Wire client, string listener)
    {
        var dialect = Dialect.Of(listener);
        await using var backend = await mail.BackendOf(listener).AcceptAsync();
        await backend.SendAsync(dialect.BackendGreeting);
        if (dialect.GreetsAgain) await client.ExpectAsync(dialect.BackendGreeting);
        await new Conversation(client, backend).ExchangeAsync(dialect.Question + "\r\n", dialect.Answer);
        Assert.False(mail.BackendOf(listener).IsWanted);
    }
}
