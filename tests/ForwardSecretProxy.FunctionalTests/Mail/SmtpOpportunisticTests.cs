using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// The public port 25: the conversation is relayed in the clear until STARTTLS, which is the proxy's, and nothing of it counts
/// afterwards (RFC 3207 section 4.2).
/// </summary>
[Collection(ScriptedMail.Name)]
public sealed class SmtpOpportunisticTests(RelayFixture mail)
{
    private const string Listener = "mx";
    private const string Ehlo = "EHLO client.test\r\n";
    private const string Injected = "421 ";

    public static TheoryData<string> Injections => [.. Intrusions];

    /// <summary>What somebody could put behind STARTTLS; the last is the beginning of a ClientHello.</summary>
    internal static IReadOnlyList<string> Intrusions { get; } =
        ["NOOP\r\n", "EHLO x\r\n", "STARTTLS\r\n", "x", "\n", "\u0016\u0003\u0001\u0002\0\u0001"];

    [Theory]
    [InlineData("250-b\r\n250-PIPELINING\r\n250 8BITMIME\r\n", "250-b\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250-STARTTLS\r\n250 SIZE 1000\r\n", "250-b\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", "250-b\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250-starttls\r\n250-SIZE\r\n250 StartTls\r\n", "250-b\r\n250-SIZE\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=PLAIN LOGIN\r\n250-auth login\r\n250 DSN\r\n", "250-b\r\n250-DSN\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250-XCLIENT ADDR\r\n250 XFORWARD ADDR\r\n", "250-b\r\n250 STARTTLS\r\n")]
    [InlineData("250 b\r\n", "250-b\r\n250 STARTTLS\r\n")]
    [InlineData("250\r\n", "250-\r\n250 STARTTLS\r\n")]
    [InlineData("250-b\r\n250\r\n", "250-b\r\n250-\r\n250 STARTTLS\r\n")]
    [InlineData("502 no\r\n", "502 no\r\n")]
    [InlineData("550-no\r\n550 STARTTLS\r\n", "550-no\r\n550 STARTTLS\r\n")]
    public async Task Ehlo_WhateverTheBackendOffers_OffersStartTlsOnceAndNoLogin(string reply, string shown)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var both = await OpenAsync();
            await both.Client.SendAsync(Ehlo, slowly);
            await both.Backend.ExpectAsync(Ehlo);
            await both.Backend.SendAsync(reply, slowly);
            await both.Client.ExpectAsync(shown);
            await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
        }
    }

    [Fact]
    public async Task Ehlo_WithAReplyOfSixHundredLines_IsPassedOn()
    {
        const int lines = 600;
        var reply = new StringBuilder();
        for (var i = 0; i < lines; i++) reply.Append(FormattableString.Invariant($"250-X-EXTENSION-{i} {new string('x', i)}\r\n"));
        await using var both = await OpenAsync();

        await both.SayAsync(Ehlo);
        await both.Backend.SendAsync(reply + "250-STARTTLS\r\n250 LAST\r\n");

        await both.Client.ExpectAsync(reply + "250-LAST\r\n250 STARTTLS\r\n");
    }

    [Fact]
    public async Task Mail_InTheClear_GoesThrough()
    {
        await using var both = await OpenAsync();

        await both.ExchangeAsync("HELO client.test\r\n", "250 b\r\n");
        await both.ExchangeAsync("MAIL FROM:<>\r\n", "250 ok\r\n");
        await both.ExchangeAsync("RCPT TO:<tim@example.test>\r\n", "250 ok\r\n");
        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.ExchangeAsync("Subject: STARTTLS\r\n\r\nSTARTTLS\r\n..\r\nAUTH\r\n.\r\n", "250 queued\r\n");
        await both.ExchangeAsync("QUIT\r\n", "221 bye\r\n");
        await both.Backend.DisposeAsync();

        await both.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task StartTls_AfterMailFrom_BeginsANewConnectionThatKnowsNothing()
    {
        await using var both = await OpenAsync();
        await both.SayAsync("EHLO before.test\r\n");
        await both.Backend.SendAsync("250 b\r\n");
        await both.Client.ExpectAsync("250-b\r\n250 STARTTLS\r\n");
        await both.ExchangeAsync("MAIL FROM:<before@example.test>\r\n", "250 ok\r\n");

        await RelayFixture.StartTlsAsync(both.Client, Listener);
        await both.Backend.ExpectAsync("QUIT\r\n");
        await both.Backend.ExpectEndAsync();
        await using var second = await mail.BackendOf(Listener).AcceptAsync();
        var inside = new Conversation(both.Client, second);
        await second.SendAsync("220-swallowed\r\n220 too\r\n");
        await inside.ExchangeAsync("RCPT TO:<tim@example.test>\r\n", "503 MAIL first\r\n");
        await inside.SayAsync("EHLO inside.test\r\n");
        await second.SendAsync("250-b\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n");
        await both.Client.ExpectAsync("250-b\r\n250 AUTH PLAIN\r\n");
        await inside.ExchangeAsync("AUTH PLAIN AHRpbQB4\r\n", "235 ok\r\n");

        Assert.DoesNotContain("before", second.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartTls_BehindCommandsWithoutReply_WaitsForThose()
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nSTARTTLS\r\n");
        await both.Backend.ExpectAsync("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\n");
        await both.ReplyAsync("250 ok\r\n");
        await both.ReplyAsync("550-who\r\n550 is that\r\n");
        await both.Client.ExpectLineAsync("220 ");

        await both.Backend.ExpectAsync("QUIT\r\n");
        await both.Client.ShakeHandsAsync();
        await (await mail.BackendOf(Listener).AcceptAsync()).DisposeAsync();
    }

    [Theory]
    [InlineData("starttls\r\n", "220 ")]
    [InlineData("STARTTLS now\r\n", "501 ")]
    [InlineData("STARTTLS\n", "500 ")]
    [InlineData("STARTTLS\0\r\n", "500 ")]
    [InlineData("STARTTLS\v\r\n", "500 ")]
    [InlineData(" STARTTLS\r\n", "500 ")]
    [InlineData("\r\n", "500 ")]
    [InlineData("XCLIENT ADDR=127.0.0.1\r\n", "502 ")]
    [InlineData("xforward ADDR=127.0.0.1\r\n", "502 ")]
    [InlineData(" XCLIENT ADDR=127.0.0.1\r\n", "500 ")]
    [InlineData("XCLIENT\vADDR=127.0.0.1\r\n", "500 ")]
    [InlineData(" AUTH PLAIN AHRpbQB4\r\n", "500 ")]
    public async Task Command_ThatIsNotTheBackends_IsAnsweredByTheProxy(string command, string answer)
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync(command);
        await both.Client.ExpectLineAsync(answer);

        if (answer == "220 ")
        {
            await both.Client.ShakeHandsAsync();
            await (await mail.BackendOf(Listener).AcceptAsync()).DisposeAsync();
            return;
        }

        await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
    }

    [Theory]
    [InlineData("AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n")]
    [InlineData("auth login\r\n")]
    public async Task Login_InTheClear_IsRefused(string command)
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync(command);
        await both.Client.ExpectLineAsync("538 5.7.11 ");

        await both.ExchangeAsync("NOOP\r\n", "250 there\r\n");
    }

    [Theory]
    [MemberData(nameof(Injections))]
    public async Task Words_BehindStartTls_EndTheConnection(string words)
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync("STARTTLS\r\n" + words);
        await both.Client.ExpectLineAsync(Injected);
        await both.Client.ExpectEndAsync();

        await both.Backend.ExpectEndAsync();
        Assert.False(mail.BackendOf(Listener).IsWanted);
    }

    /// <summary>It comes in a segment of its own, while the answer to STARTTLS waits for a reply of the backend's.</summary>
    [Theory]
    [MemberData(nameof(Injections))]
    public async Task Words_BeforeTheAnswerToStartTls_EndTheConnection(string words)
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync("RSET\r\nSTARTTLS\r\n");
        await both.Backend.ExpectAsync("RSET\r\n");
        await both.Client.SendAsync(words);
        await both.ReplyAsync("250 ok\r\n");
        await both.Client.ExpectLineAsync(Injected);
        await both.Client.ExpectEndAsync();

        // The proxy's own farewell.
        Assert.Equal("QUIT\r\n", await both.Backend.ReadToEndAsync());
        Assert.False(mail.BackendOf(Listener).IsWanted);
    }

    /// <summary>The control: without STARTTLS before them the same words are heard.</summary>
    [Fact]
    public async Task Words_WithoutStartTls_ReachTheBackend()
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync("RSET\r\nNOOP\r\nEHLO x\r\n");
        await both.Backend.ExpectAsync("RSET\r\nNOOP\r\n");
        await both.ReplyAsync("250 ok\r\n250 ok\r\n");
        await both.Backend.ExpectAsync("EHLO x\r\n");
    }

    [Fact]
    public async Task Backend_ThatClosesWith421_IsHeardToTheEnd()
    {
        await using var both = await OpenAsync();

        await both.ExchangeAsync("MAIL FROM:<a@example.test>\r\n", "250 ok\r\n");
        await both.ReplyAsync("421 4.3.2 going down\r\n");
        await both.Backend.DisposeAsync();

        await both.Client.ExpectEndAsync();
    }

    [Fact]
    public async Task Backend_ThatCloses_InTheMiddleOfAReply_EndsTheConnection()
    {
        await using var both = await OpenAsync();

        await both.Client.SendAsync("MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nSTARTTLS\r\n");
        await both.ReplyAsync("250 ok\r\n");
        await both.Backend.SendAsync("421-go");
        both.Backend.Break();

        // Above all no 220: STARTTLS was behind a command that has no reply.
        await both.Client.ExpectEndAsync();
    }

    private async Task<Conversation> OpenAsync()
    {
        var client = await mail.ConnectAsync(Listener);
        var backend = await mail.BackendOf(Listener).AcceptAsync();
        var both = new Conversation(client, backend);
        await both.ReplyAsync(Dialect.Of(Listener).BackendGreeting);
        return both;
    }
}
