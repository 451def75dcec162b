using System.Net;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using MailKit;
using MailKit.Security;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>MailKit's clients as these tests use them: from an address of their own, and with the certificate verified.</summary>
internal static class MailClients
{
    /// <summary>Connects to a port of the proxy.</summary>
    /// <param name="client">Not yet connected.</param>
    /// <param name="mail">Whose authority is trusted, and no other.</param>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="address">The client's own.</param>
    /// <param name="security">STARTTLS, or TLS from the first byte.</param>
    public static async Task<T> OpenAsync<T>(
        this T client, MailFixture mail, int port, string address, SecureSocketOptions security)
        where T : MailService
    {
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            chain!.ChainPolicy = mail.Authority.TrustOnlyThis();
            var leaf = (X509Certificate2)certificate!;
            return leaf.MatchesHostname(MailFixture.Name) && chain.Build(leaf);
        };
        client.LocalEndPoint = new IPEndPoint(IPAddress.Parse(address), 0);
        await client.ConnectAsync("127.0.0.1", port, security);
        return client;
    }

    /// <summary>Connects as <see cref="OpenAsync"/> does, and logs in.</summary>
    public static async Task<T> LogInAsync<T>(
        this T client, MailFixture mail, int port, string address, SecureSocketOptions security)
        where T : MailService
    {
        await client.OpenAsync(mail, port, address, security);
        await client.AuthenticateAsync(DovecotServer.User, mail.Dovecot.Password);
        return client;
    }
}
