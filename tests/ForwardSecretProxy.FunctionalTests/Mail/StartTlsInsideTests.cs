using System.Security.Authentication;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>Between the start of TLS and the login: what is changed between client and backend, and what is not passed on.</summary>
[Collection(ScriptedMail.Name)]
public sealed class StartTlsInsideTests(RelayFixture mail)
{
    private const int LongestLine = (12 * 1024) + 2;
    private const int MostBadCommands = 20;

    public static TheoryData<string> Required => ["smtp", "imap", "pop3", "sieve"];

    public static TheoryData<string> All => ["smtp", "smtps", "imap", "imaps", "pop3", "pop3s", "sieve", "sieves"];

    /// <summary>Lines that are none: a bare CR, a bare LF and a NUL, in the middle, and no letter to begin with.</summary>
    public static TheoryData<string, string> BadLines
    {
        get
        {
            var lines = new TheoryData<string, string>();
            foreach (var listener in (string[])["smtp", "imap", "pop3", "sieve"])
            {
                foreach (var end in (string[])["\n", "\rQUIT\r\n", "\r\r\n", "\0\r\n"])
                    lines.Add(listener, Dialect.Of(listener).Question + end);
                lines.Add(listener, "\r\n");
                lines.Add(listener, " " + Dialect.Of(listener).Question + "\r\n");
                lines.Add(listener, Dialect.Of(listener).Question + "\v\r\n");
                lines.Add(listener, Dialect.Of(listener).Question + "\fx\r\n");
            }

            return lines;
        }
    }

    /// <summary>What comes first from the client's side of a new connection is what it said in TLS, nothing else.</summary>
    [Theory]
    [MemberData(nameof(Required))]
    public async Task BackendsGreeting_AfterStartTls_IsNotASecondOne(string listener)
    {
        var dialect = Dialect.Of(listener);
        await using var client = await mail.BeginTlsAsync(listener);
        await using var backend = await mail.BackendOf(listener).AcceptAsync();

        await client.SendAsync(dialect.Question + "\r\n");
        await backend.SendAsync(dialect.BackendGreeting, slowly: true);
        await backend.ExpectAsync(dialect.Question + "\r\n");
        await backend.SendAsync(dialect.Answer);

        await client.ExpectAsync((dialect.GreetsAgain ? dialect.BackendGreeting : "") + dialect.Answer);
        await backend.DisposeAsync();
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("smtp", "220-wait\r\n220-wait more\r\n220 go\r\n")]
    [InlineData("imap", "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] go\r\n")]
    [InlineData("pop3", "+OK go <1896.697170952@dbc.mtview.ca.us>\r\n")]
    public async Task BackendsGreeting_OfAnyForm_IsSwallowedWhole(string listener, string greeting)
    {
        var dialect = Dialect.Of(listener);
        await using var client = await mail.BeginTlsAsync(listener);
        await using var backend = await mail.BackendOf(listener).AcceptAsync();
        var conversation = new Conversation(client, backend);

        await backend.SendAsync(greeting);
        await conversation.ExchangeAsync(dialect.Question + "\r\n", dialect.Answer);
    }

    [Theory]
    [InlineData("smtp", "554 not now\r\n")]
    [InlineData("smtp", "421 not now\r\n")]
    [InlineData("smtp", "SSH-2.0-OpenSSH\r\n")]
    [InlineData("smtp", "220-a\r\n250 b\r\n")]
    [InlineData("imap", "* BYE not now\r\n")]
    [InlineData("imap", "* PREAUTH [CAPABILITY IMAP4rev1] you are root\r\n")]
    [InlineData("imap", "* NO\r\n")]
    [InlineData("pop3", "-ERR not now\r\n")]
    [InlineData("pop3", "220 hello\r\n")]
    public async Task BackendsGreeting_ThatIsNoWelcome_EndsTheConnection(string listener, string greeting)
    {
        await using var client = await mail.BeginTlsAsync(listener);
        await using var backend = await mail.BackendOf(listener).AcceptAsync();

        await backend.SendAsync(greeting);

        await client.ExpectLineAsync(Dialect.Of(listener).Farewell);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("smtps", "554 not now\r\n")]
    [InlineData("imaps", "* BYE not now\r\n")]
    [InlineData("pop3s", "-ERR not now\r\n")]
    [InlineData("sieves", "BYE \"not now\"\r\n")]
    [InlineData("sieve", "BYE \"not now\"\r\n")]
    public async Task BackendsRefusal_ToAClientThatNobodyGreeted_IsPassedOn(string listener, string refusal)
    {
        await using var client = await mail.BeginTlsAsync(listener);
        await using var backend = await mail.BackendOf(listener).AcceptAsync();

        await backend.SendAsync(refusal);
        await backend.DisposeAsync();

        await client.ExpectAsync(refusal);
        await client.ExpectEndAsync();
    }

    /// <summary>The commands stand in one group: their answers keep their order.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task StartTls_InsideTls_IsTheProxysToRefuse(string listener)
    {
        var dialect = Dialect.Of(listener);
        await using var both = await mail.OpenAsync(listener);
        foreach (var command in (string[])[dialect.StartTls, dialect.StartTls.ToLowerInvariant()])
        {
            await both.Client.SendAsync(dialect.Question + "\r\n" + command + "\r\n" + dialect.Question + "\r\n");
            await both.Backend.ExpectAsync(dialect.Question + "\r\n");
            await both.ReplyAsync(dialect.Answer);
            await both.Client.ExpectLineAsync(dialect.NotAgreed);
            // Heard at once behind the first: what is between them was not passed on.
            await both.Backend.ExpectAsync(dialect.Question + "\r\n");
            await both.ReplyAsync(dialect.Answer);
        }
    }

    /// <summary>The backend's STARTTLS is hidden, one byte at a time and all at once.</summary>
    [Theory]
    [InlineData("smtp", "EHLO x", "250-b\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 SIZE\r\n", "250-b\r\n250-AUTH PLAIN\r\n250 SIZE\r\n")]
    [InlineData("smtp", "EHLO x", "250-b\r\n250-SIZE\r\n250 starttls\r\n", "250-b\r\n250 SIZE\r\n")]
    [InlineData("smtp", "ehlo x", "250-b\r\n250-XCLIENT NAME ADDR\r\n250-StartTLS\r\n250 XFORWARD NAME\r\n", "250 b\r\n")]
    [InlineData("smtp", "EHLO x", "250-STARTTLS is my name\r\n250 SIZE\r\n", "250-STARTTLS is my name\r\n250 SIZE\r\n")]
    [InlineData("smtp", "EHLO x", "250\r\n", "250 \r\n")]
    [InlineData("smtp", "EHLO x", "250-\r\n250 STARTTLS\r\n", "250 \r\n")]
    [InlineData("imap", "a CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\na OK done\r\n", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na OK done\r\n")]
    [InlineData("imap", "a capability", "* capability starttls imap4rev1 StartTls\r\na ok\r\n", "* capability imap4rev1\r\na ok\r\n")]
    [InlineData("imap", "a CAPABILITY", "* CAPABILITY IMAP4rev1 XSTARTTLS STARTTLSX\r\na OK STARTTLS\r\n", "* CAPABILITY IMAP4rev1 XSTARTTLS STARTTLSX\r\na OK STARTTLS\r\n")]
    [InlineData("imap", "a NOOP", "* OK [CAPABILITY IMAP4rev1 STARTTLS] STARTTLS\r\na OK [CAPABILITY STARTTLS] x\r\n", "* OK [CAPABILITY IMAP4rev1] STARTTLS\r\na OK [CAPABILITY] x\r\n")]
    [InlineData("imap", "a LIST \"\" *", "* LIST () \"/\" {27}\r\n\r\n* CAPABILITY X STARTTLS\r\n)\r\na OK done\r\n", "* LIST () \"/\" {27}\r\n\r\n* CAPABILITY X STARTTLS\r\n)\r\na OK done\r\n")]
    [InlineData("pop3", "CAPA", "+OK list\r\nTOP\r\nSTLS\r\nSASL PLAIN\r\n.\r\n", "+OK list\r\nTOP\r\nSASL PLAIN\r\n.\r\n")]
    [InlineData("pop3", "capa", "+OK\r\nstls\r\n..\r\nSTLSX\r\n.STLS\r\n.\r\n", "+OK\r\n..\r\nSTLSX\r\n.STLS\r\n.\r\n")]
    [InlineData("pop3", "AUTH", "+OK\r\nPLAIN\r\nSTLS\r\n.\r\n", "+OK\r\nPLAIN\r\n.\r\n")]
    [InlineData("pop3", "AUTH", "-ERR no\r\n", "-ERR no\r\n")]
    [InlineData("sieve", "CAPABILITY", "\"SASL\" \"PLAIN\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK\r\n", "\"SASL\" \"PLAIN\"\r\n\"VERSION\" \"1.0\"\r\nOK\r\n")]
    [InlineData("sieve", "capability", "\"X\" {14}\r\n\r\n\"STARTTLS\"\r\n\r\n\"starttls\"\r\nOK\r\n", "\"X\" {14}\r\n\r\n\"STARTTLS\"\r\n\r\nOK\r\n")]
    public async Task Capabilities_OfTheBackend_ComeWithoutStartTls(string listener, string command, string reply, string shown)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var both = await mail.OpenAsync(listener);
            await both.Client.SendAsync(command + "\r\n", slowly);
            await both.Backend.ExpectAsync(command + "\r\n");
            await both.Backend.SendAsync(reply, slowly);
            await both.Client.ExpectAsync(shown);
            // Nothing of it was left over, and the next command is not waited for.
            await both.ExchangeAsync(Dialect.Of(listener).Question + "\r\n", Dialect.Of(listener).Answer);
        }
    }

    [Theory]
    [InlineData("smtps", "220-a\r\n220 b\r\n", "220-a\r\n220 b\r\n")]
    [InlineData("imaps", "* OK [CAPABILITY IMAP4rev1 STARTTLS ID] go\r\n", "* OK [CAPABILITY IMAP4rev1 ID] go\r\n")]
    [InlineData("pop3s", "+OK <1@b>\r\n", "+OK <1@b>\r\n")]
    [InlineData("sieves", "\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"go\"\r\n", "\"SASL\" \"\"\r\nOK \"go\"\r\n")]
    [InlineData("sieve", "\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"go\"\r\n", "\"SASL\" \"\"\r\nOK \"go\"\r\n")]
    public async Task BackendsGreeting_OfClientsThatNobodyGreeted_ComesWithoutStartTls(string listener, string greeting, string shown)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var client = await mail.BeginTlsAsync(listener);
            await using var backend = await mail.BackendOf(listener).AcceptAsync();
            await backend.SendAsync(greeting, slowly);
            await client.ExpectAsync(shown);
        }
    }

    [Theory]
    [MemberData(nameof(BadLines))]
    public async Task Line_ThatIsNone_IsRefusedAndNotPassedOn(string listener, string line)
    {
        var dialect = Dialect.Of(listener);
        await using var both = await mail.OpenAsync(listener);

        await both.Client.SendAsync(line);
        // IMAP's answer begins with the command's tag, where there is one.
        await both.Client.ExpectLineAsync(listener == "imap" && line[0] == 'q' ? "q BAD " : dialect.Fault);

        await both.ExchangeAsync(dialect.Question + "\r\n", dialect.Answer);
    }

    [Theory]
    [MemberData(nameof(Required))]
    public async Task Lines_ThatAreNone_TooManyOfThem_EndTheConnection(string listener)
    {
        await using var both = await mail.OpenAsync(listener);

        for (var i = 0; i < MostBadCommands; i++)
        {
            await both.Client.SendAsync("\0\r\n");
            await both.Client.ExpectLineAsync(Dialect.Of(listener).Fault);
        }

        await both.Client.SendAsync("\0\r\n");
        await both.Client.ExpectLineAsync(Dialect.Of(listener).Farewell);
        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    [Theory]
    [MemberData(nameof(Required))]
    public async Task Line_OfTheGreatestLength_IsPassedOn(string listener)
    {
        await using var both = await mail.OpenAsync(listener);

        await both.ExchangeAsync((Dialect.Of(listener).Question + " ").PadRight(LongestLine - 2, 'x') + "\r\n", Dialect.Of(listener).Answer);
    }

    [Theory]
    [InlineData("smtp", "\r\n")]
    [InlineData("smtp", "x")]
    [InlineData("imap", "\r\n")]
    [InlineData("imap", "x")]
    [InlineData("pop3", "\r\n")]
    [InlineData("pop3", "x")]
    [InlineData("sieve", "\r\n")]
    [InlineData("sieve", "x")]
    public async Task Line_LongerThanThat_EndsTheConnection(string listener, string end)
    {
        await using var both = await mail.OpenAsync(listener);

        await both.Client.SendAsync((Dialect.Of(listener).Question + " ").PadRight(LongestLine - 1, 'x') + end);
        await both.Client.ExpectLineAsync(Dialect.Of(listener).Farewell);

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_ThatDies_EndsTheConnection(string listener)
    {
        await using var both = await mail.OpenAsync(listener);

        await both.SayAsync(Dialect.Of(listener).Question + "\r\n");
        both.Backend.Break();

        await both.Client.ExpectEndAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Client_ThatGoesAway_IsGoneForTheBackend(string listener)
    {
        await using var both = await mail.OpenAsync(listener);

        await both.ExchangeAsync(Dialect.Of(listener).Question + "\r\n", Dialect.Of(listener).Answer);
        both.Client.Break();

        await both.Backend.ExpectEndAsync();
    }

    [Theory]
    [InlineData("smtp", "smtp")]
    [InlineData("imap", "imap")]
    [InlineData("pop3", "pop3")]
    [InlineData("sieve", "managesieve")]
    [InlineData("smtps", "smtp")]
    [InlineData("imaps", "imap")]
    [InlineData("pop3s", "pop3")]
    [InlineData("sieves", "managesieve")]
    [InlineData("mx", "smtp")]
    public async Task ApplicationProtocol_OfTheListener_IsAgreedOnAndNoOther(string listener, string protocol)
    {
        Assert.Equal(protocol, await AgreeAsync(listener, "x", protocol));
        await Assert.ThrowsAsync<AuthenticationException>(() => AgreeAsync(listener, "h2"));
        Assert.Equal("", await AgreeAsync(listener));
    }

    private async Task<string> AgreeAsync(string listener, params string[] offered)
    {
        await using var client = await mail.ConnectAsync(listener);
        string agreed;
        if (listener == "mx")
        {
            await using var clear = await mail.BackendOf(listener).AcceptAsync();
            await clear.SendAsync(Dialect.Of(listener).BackendGreeting);
            await client.ExpectAsync(Dialect.Of(listener).BackendGreeting);
            agreed = await RelayFixture.StartTlsAsync(client, listener, offered);
        }
        else if (listener.EndsWith('s'))
        {
            agreed = await client.ShakeHandsAsync(offered);
        }
        else
        {
            await client.ExpectAsync(Dialect.Of(listener).Greeting);
            await client.ReadLineAsync();
            agreed = await RelayFixture.StartTlsAsync(client, listener, offered);
        }

        // In TLS it is connected to a backend.
        await (await mail.BackendOf(listener).AcceptAsync()).DisposeAsync();
        return agreed;
    }
}
