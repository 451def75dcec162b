using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Security;
using MimeKit;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>config/mail-postfix-dovecot.jsonc before Dovecot: IMAP, POP3 and ManageSieve.</summary>
[Collection(MailServers.Name)]
public sealed class DovecotTests(MailFixture mail)
{
    private const int Imap = 143;
    private const int Imaps = 993;
    private const int Pop3 = 110;
    private const int Pop3s = 995;
    private const int Sieve = 4190;

    private string Verified => $"-ign_eof -CAfile {mail.RootPath} -verify_return_error";

    [Theory]
    [InlineData("imap", Imap, "imap", "127.0.0.31", "INBOX")]
    [InlineData("imaps", Imaps, "imap", "127.0.0.32", "INBOX")]
    [InlineData("pop3", Pop3, "pop3", "127.0.0.33", "")]
    [InlineData("pop3s", Pop3s, "pop3", "127.0.0.34", "")]
    public async Task Curl_WithAPassword_ListsTheMailbox(string scheme, int port, string server, string client, string shown)
    {
        var result = await MailCurl.RunAsync(mail, scheme, port, "/", client, "", "--ssl-reqd");

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Contains(shown, result.Output, StringComparison.Ordinal);
        await mail.Dovecot.WaitForLineAsync(server + "-login", $"Login: user=<{DovecotServer.User}>", "rip=" + client, "secured");
    }

    [Theory]
    [InlineData(Imap, SecureSocketOptions.StartTls, "127.0.0.35")]
    [InlineData(Imaps, SecureSocketOptions.SslOnConnect, "127.0.0.36")]
    public async Task MailKit_ByImap_WritesAndReads(int port, SecureSocketOptions security, string address)
    {
        using var client = await new ImapClient().LogInAsync(mail, mail.Ports[port], address, security);

        var drafts = await client.GetFolder(client.PersonalNamespaces[0]).CreateAsync("Drafts" + port, isMessageFolder: true);
        await drafts!.OpenAsync(FolderAccess.ReadWrite);
        await drafts.AppendAsync(new AppendRequest(new MimeMessage { Subject = "a draft" }));
        Assert.Equal("a draft", (await drafts.GetMessageAsync(0)).Subject);
        await client.DisconnectAsync(quit: true);
        await mail.Dovecot.WaitForLineAsync("imap-login", "Login:", "rip=" + address, "secured");
    }

    [Theory]
    [InlineData(Pop3, SecureSocketOptions.StartTls, "127.0.0.37")]
    [InlineData(Pop3s, SecureSocketOptions.SslOnConnect, "127.0.0.38")]
    public async Task MailKit_ByPop3_LogsIn(int port, SecureSocketOptions security, string address)
    {
        using var client = await new Pop3Client().LogInAsync(mail, mail.Ports[port], address, security);

        Assert.InRange(await client.GetMessageCountAsync(), 0, int.MaxValue);
        await client.DisconnectAsync(quit: true);
        await mail.Dovecot.WaitForLineAsync("pop3-login", "Login:", "rip=" + address, "secured");
    }

    [Fact]
    public async Task SClient_ByManageSieve_UploadsAScript()
    {
        var password = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{DovecotServer.User}\0{mail.Dovecot.Password}"));
        string[] commands =
        [
            $"AUTHENTICATE \"PLAIN\" \"{password}\"",
            "PUTSCRIPT \"first\" {7+}", "keep;", "", "LISTSCRIPTS", "LOGOUT", "",
        ];

        var report = await OpenSslClient.RunAsync(
            mail.Ports[Sieve], $"-starttls sieve {Verified} -bind 127.0.0.39:0", string.Join("\r\n", commands));

        Assert.Contains("\"first\"", report.Process.Output, StringComparison.Ordinal);
        Assert.Contains("OK \"Logout completed.\"", report.Process.Output, StringComparison.Ordinal);
        await mail.Dovecot.WaitForLineAsync("managesieve-login", "Login:", "rip=127.0.0.39", "secured");
    }

    [Theory]
    [InlineData("smtp", 25, "EHLO again.example.test", "QUIT", "221 ")]
    [InlineData("smtp", 587, "EHLO again.example.test", "QUIT", "221 ")]
    [InlineData("imap", Imap, "a CAPABILITY", "b LOGOUT", "b OK")]
    [InlineData("pop3", Pop3, "CAPA", "QUIT", "+OK Logging out")]
    public async Task SClient_AfterStartTls_SeesNoSecondOffer(string protocol, int port, string ask, string quit, string farewell)
    {
        var report = await OpenSslClient.RunAsync(mail.Ports[port], $"-starttls {protocol} {Verified}", $"{ask}\r\n{quit}\r\n");

        Assert.Equal("0 (ok)", report.Verification);
        Assert.Contains(farewell, report.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("STARTTLS|STLS", report.Process.Output);
    }
}
