using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.FunctionalTests.Audit.Connecting;

/// <summary>The words before TLS with real servers: TLS begins where they end.</summary>
public sealed class StartTlsServerTests(MailServersWithTls servers) : IClassFixture<MailServersWithTls>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "EHLO client.example\r\n", "250 CHUNKING\r\n")]
    [InlineData(StartTlsProtocol.Imap, "b CAPABILITY\r\n", "b OK ")]
    [InlineData(StartTlsProtocol.Pop3, "CAPA\r\n", "\r\n.\r\n")]
    [InlineData(StartTlsProtocol.Sieve, "NOOP \"still here\"\r\n", "still here")]
    public async Task OpenAsync_RealServer_EndsWhereTlsBegins(StartTlsProtocol protocol, string command, string answer)
    {
        using var stop = new CancellationTokenSource(Patience);
        var connector = new Connector(new AuditTarget("localhost", servers[protocol], protocol), new ConnectorOptions());

        for (var connection = 1; connection <= 2; connection++)
        {
            await using var tls = new SslStream(await connector.OpenAsync(stop.Token));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = IsDebians }, stop.Token);
            await tls.WriteAsync(Encoding.ASCII.GetBytes(command), stop.Token);

            Assert.Contains(answer, await ReadUntilAsync(tls, answer, stop.Token), StringComparison.Ordinal);
            Assert.Equal((connection, servers[protocol]), (connector.Connections, connector.Address.Port));
        }
    }

    [Theory]
    [InlineData(StartTlsProtocol.Imap, StartTlsProtocol.Smtp, "does not come to TLS (imap): it does not greet as IMAP does: \"220 mail.example.test")]
    [InlineData(StartTlsProtocol.Pop3, StartTlsProtocol.Imap, "does not come to TLS (pop3): it does not answer as POP3 does: \"* OK [CAPABILITY ")]
    [InlineData(StartTlsProtocol.Sieve, StartTlsProtocol.Pop3, "does not come to TLS (sieve): it does not answer as ManageSieve does: \"+OK ")]
    [InlineData(StartTlsProtocol.Smtp, StartTlsProtocol.Sieve, "does not come to TLS (smtp): it does not answer as SMTP does: \"\"IMPLEMENTATION\" ")]
    public async Task OpenAsync_ServerOfAnotherProtocol_SaysWhatItIs(StartTlsProtocol asked, StartTlsProtocol spoken, string problem)
    {
        var connector = new Connector(new AuditTarget("localhost", servers[spoken], asked), new ConnectorOptions());

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => connector.OpenAsync(default).WaitAsync(Patience));

        Assert.StartsWith($"localhost:{servers[spoken]} {problem}", exception.Message, StringComparison.Ordinal);
    }

    private static bool IsDebians(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        using var own = X509CertificateLoader.LoadCertificateFromFile("/etc/ssl/certs/ssl-cert-snakeoil.pem");
        return own.Equals(shown);
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end, CancellationToken stop)
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, stop);
            if (count == 0) break;
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
