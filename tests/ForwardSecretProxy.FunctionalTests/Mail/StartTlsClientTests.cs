using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>Other people's clients, and their ways to begin TLS.</summary>
[Collection(ScriptedMail.Name)]
public sealed class StartTlsClientTests(RelayFixture mail)
{
    private const string User = "tim";
    private const string Password = "a password of nobody's";
    private const string Body = "Subject: x\r\n\r\nSTARTTLS\r\n";

    private static readonly string[] Message = ["--from", "tim@example.test", "--to", "ann@example.test"];

    [Theory]
    [InlineData("smtp", "QUIT\n", "221 bye")]
    [InlineData("imap", "a LOGOUT\n", "a OK done")]
    [InlineData("pop3", "QUIT\n", "+OK")]
    [InlineData("sieve", "LOGOUT\n", "OK")]
    public async Task OpenSsl_OfEachProtocol_BeginsTls(string listener, string input, string last)
    {
        var (result, server) = await ServeAsync(listener, () => ProcessRunner.RunAsync("openssl",
        [
            "s_client", "-connect", Address(listener), "-starttls", listener, "-crlf", "-quiet", "-verify_return_error",
            "-CAfile", mail.RootPath, "-servername", ProxyFixture.DefaultName, "-verify_hostname", ProxyFixture.DefaultName,
        ], input));

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.EndsWith(last, result.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"STARTTLS\"", result.Output, StringComparison.Ordinal);
        Assert.Equal(input.TrimEnd(), Assert.Single(server.Commands));
    }

    [Theory]
    [InlineData("smtp", "MAIL FROM:<tim@example.test>")]
    [InlineData("imap", "LIST")]
    [InlineData("pop3", "LIST")]
    public async Task Curl_ThatDemandsTls_IsServed(string listener, string command)
    {
        string[] message = listener == "smtp" ? ["--mail-from", "tim@example.test", "--mail-rcpt", "ann@example.test", "--upload-file", "-"] : [];
        var authority = string.Create(CultureInfo.InvariantCulture, $"{ProxyFixture.DefaultName}:{mail.PortOf(listener)}");

        var (result, server) = await ServeAsync(listener, () => ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "--max-time", "20", "--ssl-reqd", "--cacert", mail.RootPath, "--resolve", authority + ":127.0.0.1",
            "--user", $"{User}:{Password}", .. message, $"{listener}://{authority}/",
        ], Body));

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Contains(server.Commands, line => line.Contains(command, StringComparison.Ordinal));
        AssertLoggedIn(server);
        if (listener == "smtp") Assert.Equal(Body + ".\r\n", server.Message);
    }

    [Theory]
    [InlineData("smtp")]
    [InlineData("imap")]
    [InlineData("pop3")]
    public async Task MailKit_WithStartTls_LogsIn(string listener)
    {
        var (_, server) = await ServeAsync(listener, async () =>
        {
            using MailService client = listener switch { "smtp" => new SmtpClient(), "imap" => new ImapClient(), _ => new Pop3Client() };
            client.CheckCertificateRevocation = false;
            client.ServerCertificateValidationCallback = (_, certificate, _, _) =>
                ((X509Certificate2)certificate!).MatchesHostname(ProxyFixture.DefaultName);
            await client.ConnectAsync("127.0.0.1", mail.PortOf(listener), SecureSocketOptions.StartTls);
            await client.AuthenticateAsync(User, Password);
            if (client is SmtpClient smtp) await smtp.SendAsync(NewMessage());
            await client.DisconnectAsync(quit: true);
            return true;
        });

        AssertLoggedIn(server);
        Assert.Equal(listener == "smtp", server.Message?.Contains("Subject: by MailKit", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task Swaks_ThatBeginsTlsAtAnMx_IsServedInside()
    {
        var running = RunSwaksAsync("--tls");
        await using var clear = await mail.BackendOf("mx").AcceptAsync();
        var before = new ScriptedMailServer(clear, "mx");
        await before.ServeAsync();
        var inside = new ScriptedMailServer(await mail.BackendOf("mx").AcceptAsync(), "mx");
        await inside.ServeAsync();
        var result = await running;

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Equal(["EHLO client.test", "QUIT"], before.Commands);
        Assert.Equal("EHLO client.test", inside.Commands[0]);
        Assert.NotNull(inside.Message);
        // Each of its lines in the clear begins with "<-", inside TLS with "<~".
        Assert.Matches("<-\\s+250 STARTTLS", result.Output);
        Assert.DoesNotMatch("<-\\s+250.AUTH", result.Output);
        Assert.DoesNotMatch("<~\\s+250.STARTTLS", result.Output);
        Assert.Matches("<~\\s+250.AUTH", result.Output);
    }

    [Fact]
    public async Task Swaks_WithoutTlsAtAnMx_IsServedInTheClear()
    {
        var running = RunSwaksAsync();
        var server = new ScriptedMailServer(await mail.BackendOf("mx").AcceptAsync(), "mx");
        await server.ServeAsync();
        var result = await running;

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.NotNull(server.Message);
        Assert.False(mail.BackendOf("mx").IsWanted);
    }

    [Fact]
    public async Task Swaks_WithoutTlsWhereItIsRequired_IsRefused()
    {
        var result = await ProcessRunner.RunAsync("swaks", ["--server", Address("smtp"), "--ehlo", "client.test", .. Message]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("530 5.7.0", result.Output, StringComparison.Ordinal);
        await mail.AssertBackendUntouchedAsync("smtp");
    }

    private Task<ProcessResult> RunSwaksAsync(params string[] options) =>
        ProcessRunner.RunAsync("swaks", ["--server", Address("mx"), "--ehlo", "client.test", .. Message, .. options]);

    private async Task<(T Result, ScriptedMailServer Server)> ServeAsync<T>(string listener, Func<Task<T>> client)
    {
        RunLog.AddSecret(Password, "a mail client's password");
        var running = client();
        var accepting = mail.BackendOf(listener).AcceptAsync();
        if (await Task.WhenAny(running, accepting) == running) Assert.Fail("It never got to the backend: " + await running);
        var server = new ScriptedMailServer(await accepting, listener);
        await server.ServeAsync();
        return (await running, server);
    }

    private static void AssertLoggedIn(ScriptedMailServer server)
    {
        var plain = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0{User}\0{Password}"));
        Assert.Contains(server.Commands, line => line.EndsWith(plain, StringComparison.Ordinal));
    }

    private static MimeMessage NewMessage() => new(
        [MailboxAddress.Parse("tim@example.test")], [MailboxAddress.Parse("ann@example.test")], "by MailKit",
        new TextPart("plain") { Text = "STARTTLS" });

    private string Address(string listener) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{mail.PortOf(listener)}");
}
