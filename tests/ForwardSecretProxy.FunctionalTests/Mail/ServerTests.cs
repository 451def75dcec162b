using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// The mail servers with config/'s own files and without the proxy: what those files say of them must be so.
/// </summary>
[Collection(MailServers.Name)]
public sealed class ServerTests(MailFixture mail)
{
    private const string Stranger = "203.0.113.9";

    private static readonly string[] Greetings = ["220 ", "* OK ", "+OK ", "OK "];

    [Theory]
    [InlineData("v1", "203.0.113.1")]
    [InlineData("v2", "203.0.113.2")]
    [InlineData("v2 with tls", "203.0.113.3")]
    public async Task Header_OfEitherVersion_TellsTheServersWhoTheClientIs(string header, string client)
    {
        await GreetAsync(mail.Ports[PostfixServer.Smtp], header, client);
        await mail.Postfix.WaitForLineAsync("postscreen", $"CONNECT from [{client}]");
        await GreetAsync(mail.Ports[PostfixServer.Submission], header, client);
        await mail.Postfix.WaitForLineAsync("submission/smtpd", $"connect from unknown[{client}]");

        foreach (var (port, name) in new[] { (DovecotServer.Imap, "imap"), (DovecotServer.Pop3, "pop3"), (DovecotServer.Sieve, "managesieve") })
        {
            await GreetAsync(mail.Ports[port], header, client);
            await mail.Dovecot.WaitForLineAsync(name + "-login", "rip=" + client);
        }

        using var exim = await OpenAsync(mail.EximPorts[EximServer.Smtp], header, client);
        Assert.Contains($"Hello x [{client}]", await exim.AskAsync("EHLO x", "250 "), StringComparison.Ordinal);
    }

    /// <summary>As a health check of the proxy says it.</summary>
    [Theory]
    [InlineData("v2 local")]
    [InlineData("v1")]
    public async Task Check_OfThisMachineItself_IsGreeted(string header)
    {
        foreach (var port in (int[])[PostfixServer.Smtp, PostfixServer.Submission, DovecotServer.Imap, DovecotServer.Pop3, DovecotServer.Sieve])
            await GreetAsync(mail.Ports[port], header, "127.0.0.1");
        await GreetAsync(mail.EximPorts[EximServer.Smtp], header, "127.0.0.1");
    }

    [Theory]
    [InlineData("v2 with tls", true)]
    [InlineData("v2 without tls", false)]
    [InlineData("v2", false)]
    [InlineData("v1", false)]
    public async Task Dovecot_TheHeaderSaysTls_AllowsPasswordsAndOtherwiseNot(string header, bool allowed)
    {
        using var imap = await BackendSession.OpenAsync(mail.Ports[DovecotServer.Imap], ProxyHeaders.Named(header, Stranger));
        var capabilities = await imap.ReadUntilAsync("* OK");
        using var sieve = await BackendSession.OpenAsync(mail.Ports[DovecotServer.Sieve], ProxyHeaders.Named(header, Stranger));

        Assert.Equal(allowed, !capabilities.Contains("LOGINDISABLED", StringComparison.Ordinal));
        Assert.DoesNotContain("STARTTLS", capabilities, StringComparison.Ordinal);
        Assert.Equal(allowed, (await sieve.ReadUntilAsync("OK")).Contains("\"SASL\" \"PLAIN\"", StringComparison.Ordinal));
        var answer = await imap.AskAsync($"a LOGIN {DovecotServer.User} {mail.Dovecot.Password}", "a ");
        Assert.Contains(allowed ? "a OK" : "a NO [PRIVACYREQUIRED]", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smtp_BehindTheProxy_OffersPasswordsToUsersAndNoTlsOfItsOwn()
    {
        var others = await CapabilitiesAsync(mail.Ports[PostfixServer.Smtp], "v2 local");
        var users = await CapabilitiesAsync(mail.Ports[PostfixServer.Submission], "v2 with tls");
        var exim = await CapabilitiesAsync(mail.EximPorts[EximServer.Submission], "v2 with tls");

        Assert.DoesNotContain("AUTH", others, StringComparison.Ordinal);
        Assert.Contains("AUTH PLAIN", users, StringComparison.Ordinal);
        Assert.Contains("AUTH PLAIN", exim, StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", others + users + exim, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_WithoutAHeader_IsRefused()
    {
        foreach (var port in (int[])[PostfixServer.Smtp, PostfixServer.Submission])
        {
            Assert.StartsWith("421 ", await AskAtOnceAsync(mail.Ports[port], "EHLO x\r\n"), StringComparison.Ordinal);
            // And Postfix does not take the one that says nothing.
            Assert.StartsWith("421 ", await AskAtOnceAsync(mail.Ports[port], "PROXY UNKNOWN\r\n"), StringComparison.Ordinal);
        }

        Assert.Empty(await AskAtOnceAsync(mail.Ports[DovecotServer.Imap], "a CAPABILITY\r\n"));
        Assert.DoesNotContain("250", await AskAtOnceAsync(mail.EximPorts[EximServer.Smtp], "EHLO x\r\n"), StringComparison.Ordinal);
    }

    private static async Task<BackendSession> OpenAsync(int port, string header, string client = Stranger)
    {
        var session = await BackendSession.OpenAsync(port, ProxyHeaders.Named(header, client));
        var greeting = await session.ReadUntilAsync(Greetings);
        Assert.Contains(Greetings, expected => greeting.Contains(expected, StringComparison.Ordinal));
        return session;
    }

    private static async Task GreetAsync(int port, string header, string client = Stranger)
    {
        using var session = await OpenAsync(port, header, client);
    }

    private static async Task<string> CapabilitiesAsync(int port, string header)
    {
        using var session = await OpenAsync(port, header);
        return await session.AskAsync("EHLO client.example.test", "250 ");
    }

    private static async Task<string> AskAtOnceAsync(int port, string line)
    {
        using var session = await BackendSession.OpenAsync(port, Encoding.ASCII.GetBytes(line));
        return await session.ReadUntilAsync("220", "421", "5");
    }
}
