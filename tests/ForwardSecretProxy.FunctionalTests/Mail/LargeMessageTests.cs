using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>A large message's way through everything, among many other connections.</summary>
[Collection(MailServers.Name)]
public sealed class LargeMessageTests(MailFixture mail)
{
    private const int MessageBytes = 25 << 20;
    private const int OthersOfEachKind = 50;

    // Postfix and Dovecot let one address have ten or more.
    private const int OthersOfOneAddress = 10;

    [Fact]
    public async Task Message_SentBySubmissionAmongTwoHundredConnections_IsReadByImapAsItWasSent()
    {
        var others = new List<MailService>();
        try
        {
            await OpenAsync(others, () => new ImapClient(), 993, SecureSocketOptions.SslOnConnect);
            await OpenAsync(others, () => new ImapClient(), 143, SecureSocketOptions.StartTls);
            await OpenAsync(others, () => new Pop3Client(), 995, SecureSocketOptions.SslOnConnect);
            await OpenAsync(others, () => new SmtpClient(), 587, SecureSocketOptions.StartTls);
            var subject = "large " + Guid.NewGuid();
            var sent = LargeMessage(subject);

            await SendAsync(sent);
            var received = await ReadAsync(subject);

            // The servers put their own headers before the sender's.
            Assert.True(received.AsSpan().EndsWith(sent), "The message is not the one that was sent.");
            Assert.Equal(200, others.Count);
            await Task.WhenAll(others.Select(other => other.NoOpAsync()));
        }
        finally
        {
            others.ForEach(other => other.Dispose());
        }
    }

    private async Task OpenAsync(List<MailService> others, Func<MailService> create, int port, SecureSocketOptions security)
    {
        var first = others.Count;
        others.AddRange(Enumerable.Range(0, OthersOfEachKind).Select(_ => create()));
        await Task.WhenAll(others.Skip(first).Select((client, index) =>
        {
            var address = FormattableString.Invariant($"127.0.{1 + (first + index) / OthersOfOneAddress}.1");
            return client is SmtpClient
                ? client.OpenAsync(mail, mail.Ports[port], address, security)
                : client.LogInAsync(mail, mail.Ports[port], address, security);
        }));
    }

    private async Task SendAsync(byte[] sent)
    {
        using var client = await new SmtpClient().LogInAsync(mail, mail.Ports[587], "127.0.0.71", SecureSocketOptions.StartTls);
        using var content = new MemoryStream(sent);
        await client.SendAsync(await MimeMessage.LoadAsync(content));
        await client.DisconnectAsync(quit: true);
        await mail.Postfix.WaitForLineAsync("submission/smtpd", "client=unknown[127.0.0.71]");
    }

    private async Task<byte[]> ReadAsync(string subject)
    {
        using var client = await new ImapClient().LogInAsync(mail, mail.Ports[993], "127.0.0.72", SecureSocketOptions.SslOnConnect);
        await client.Inbox.OpenAsync(FolderAccess.ReadOnly);
        var found = await client.Inbox.SearchAsync(SearchQuery.SubjectContains(subject));
        while (found.Count == 0)
        {
            using var arrival = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            client.Inbox.CountChanged += (_, _) => arrival.Cancel();
            await client.IdleAsync(arrival.Token);
            found = await client.Inbox.SearchAsync(SearchQuery.SubjectContains(subject));
        }

        using var content = await client.Inbox.GetStreamAsync(Assert.Single(found));
        using var received = new MemoryStream();
        await content.CopyToAsync(received);
        return received.ToArray();
    }

    /// <summary>Lines that nothing can guess, some of which begin with the dots that SMTP and POP3 double.</summary>
    private static byte[] LargeMessage(string subject)
    {
        var message = new MemoryStream(MessageBytes + 1024);
        message.Write(Encoding.ASCII.GetBytes(
            $"From: {DovecotServer.User}\r\nTo: {DovecotServer.User}\r\nSubject: {subject}\r\n"
            + $"Date: Thu, 26 Nov 2026 00:00:00 +0000\r\nMessage-Id: <{Guid.NewGuid()}@example.test>\r\n"
            + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"));
        var random = new byte[54];
        var line = new byte[76];
        var lines = 0;
        while (message.Length < MessageBytes)
        {
            RandomNumberGenerator.Fill(random);
            Base64.EncodeToUtf8(random, line, out _, out var written);
            message.Write(lines++ % 16 == 0 ? ".."u8[..(lines / 16 % 3)] : []);
            message.Write(line.AsSpan(0, written));
            message.Write("\r\n"u8);
        }

        return message.ToArray();
    }
}
