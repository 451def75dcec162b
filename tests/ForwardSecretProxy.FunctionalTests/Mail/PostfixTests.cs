using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>config/mail-postfix-dovecot.jsonc before Postfix: users' mail, and that of other servers.</summary>
[Collection(MailServers.Name)]
public sealed class PostfixTests(MailFixture mail)
{
    private const int Smtp = 25;
    private const int Submission = 587;
    private const int Submissions = 465;

    private string[] Password => ["--auth", "PLAIN", "--auth-user", DovecotServer.User, "--auth-password", mail.Dovecot.Password];

    [Theory]
    [InlineData(Submission, "127.0.0.11")]
    [InlineData(Submissions, "127.0.0.12")]
    public async Task User_ByTls_SendsMailInTheirOwnName(int port, string client)
    {
        var tls = port == Submission ? Swaks.StartTls(mail) : Swaks.ImplicitTls(mail);

        var result = await Swaks.SendAsync(mail.Ports[port], client, "from a user", DovecotServer.User, [.. tls, .. Password]);

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.DoesNotMatch(Swaks.OfferInsideTls, result.Output);
        var line = await mail.Postfix.WaitForLineAsync("submission/smtpd", $"client=unknown[{client}]", "sasl_username=" + DovecotServer.User);
        await mail.Postfix.WaitForLineAsync(QueueId(line), "status=sent");
    }

    [Fact]
    public async Task User_WithoutPassword_IsRefused()
    {
        var result = await Swaks.SendAsync(mail.Ports[Submission], "127.0.0.13", "no password", DovecotServer.User, Swaks.StartTls(mail));

        Assert.NotEqual(0, result.ExitCode);
        await mail.Postfix.WaitForLineAsync("submission/smtpd", "reject: RCPT from unknown[127.0.0.13]");
    }

    [Theory]
    [InlineData(true, "127.0.0.14")]
    [InlineData(false, "127.0.0.15")]
    public async Task OtherServer_WithTlsOrWithout_IsTestedAndBringsMail(bool tls, string client)
    {
        var result = await Swaks.SendAsync(
            mail.Ports[Smtp], client, "from elsewhere", DovecotServer.User, tls ? Swaks.StartTls(mail) : []);

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Matches(Swaks.OfferInTheClear, result.Output);
        Assert.DoesNotMatch(Swaks.OfferInsideTls, result.Output);
        await mail.Postfix.WaitForLineAsync("postscreen", $"PASS NEW [{client}]");
        var line = await mail.Postfix.WaitForLineAsync("postfix/smtpd", $"client=unknown[{client}]");
        await mail.Postfix.WaitForLineAsync(QueueId(line), "status=sent");
    }

    /// <summary>What goes wrong when the address does not arrive: this machine itself may relay.</summary>
    [Theory]
    [InlineData(true, "127.0.0.16")]
    [InlineData(false, "127.0.0.17")]
    public async Task OtherServer_ToAnotherServer_IsRefused(bool tls, string client)
    {
        var result = await Swaks.SendAsync(
            mail.Ports[Smtp], client, "relay", "somebody@third.test", tls ? Swaks.StartTls(mail) : []);

        Assert.NotEqual(0, result.ExitCode);
        await mail.Postfix.WaitForLineAsync($"reject: RCPT from unknown[{client}]", "Relay access denied");
    }

    [Theory]
    [InlineData(Submission, "smtp", "127.0.0.18")]
    [InlineData(Submissions, "smtps", "127.0.0.19")]
    public async Task Curl_WithAPassword_SendsMail(int port, string scheme, string client)
    {
        var result = await MailCurl.RunAsync(mail, scheme, port, "/client.example.test", client, "Subject: from curl\r\n\r\nHello.\r\n",
            "--ssl-reqd", "--mail-from", DovecotServer.User, "--mail-rcpt", DovecotServer.User, "--upload-file", "-");

        Assert.True(result.ExitCode == 0, result.Text);
        await mail.Postfix.WaitForLineAsync("submission/smtpd", $"client=unknown[{client}]", "sasl_username=" + DovecotServer.User);
    }

    // "... postfix/smtpd[1]: 4XYZ: client=..."
    private static string QueueId(string line) => line.Split(": ")[1] + ":";
}
