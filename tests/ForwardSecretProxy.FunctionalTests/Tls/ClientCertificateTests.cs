using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

/// <summary>Mutual TLS: who is served, who is refused with which alert, and that there is no way around it.</summary>
[Collection(RunningProxy.Name)]
public sealed class ClientCertificateTests(ClientCertificateFixture clients)
    : IClassFixture<ClientCertificateFixture>
{
    private const int HandshakeFailure = 40;
    private const int BadCertificate = 42;
    private const int UnsupportedCertificate = 43;
    private const int CertificateRevoked = 44;
    private const int CertificateExpired = 45;
    private const int IllegalParameter = 47;
    private const int UnknownCa = 48;
    private const int DecryptError = 51;
    private const int CertificateRequired = 116;

    // What is weak has to pass the client's own checks first.
    private const string Weak = "-cipher DEFAULT:@SECLEVEL=0";

    [Theory]
    [InlineData("p256", "CN=p256,OU=Tests,O=Example")]
    [InlineData("p384", "CN=p384")]
    [InlineData("rsa", "CN=rsa")]
    [InlineData("ed25519", "CN=ed25519")]
    [InlineData("chain", "CN=chain")]
    public async Task Handshake_GoodCertificate_IsServedAndPassedOn(string client, string subject)
    {
        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            foreach (var port in (int[])[clients.Required, clients.Optional])
            {
                var report = await ConnectAsync(port, $"{version} {Certificate(client)}");

                var seen = Seen(report);
                Assert.Equal(subject, seen.Headers["x-client-certificate-subject"]);
                using var certificate = X509CertificateLoader.LoadCertificateFromFile(clients.Directory.File(client + ".pem"));
                Assert.Equal($":{Convert.ToBase64String(certificate.RawData)}:", seen.Headers["client-cert"]);
                Assert.Equal(
                    Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)),
                    seen.Headers["x-client-certificate-fingerprint"]);
            }
        }
    }

    [Theory]
    [InlineData("-tls1_3", CertificateRequired)]
    [InlineData("-tls1_2", HandshakeFailure)]
    public async Task Handshake_NoCertificate_IsRefusedWhereRequired(string version, int alert)
    {
        AssertRefused(await ConnectAsync(clients.Required, version), alert);
        var seen = Seen(await ConnectAsync(clients.Optional, version));

        Assert.DoesNotContain(seen.Headers.Keys, name => name.Contains("client", StringComparison.Ordinal));
        await clients.Process.WaitForLineAsync(line =>
            line.Contains("ClientCertificateRefused. the client sent no certificate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("expired", "", CertificateExpired, "certificate has expired")]
    [InlineData("other-ca", "", DecryptError, "certificate signature failure")]
    [InlineData("self-signed", "", UnknownCa, "self-signed certificate")]
    [InlineData("server", "", UnsupportedCertificate, "unsuitable certificate purpose")]
    [InlineData("broken-chain", "", UnknownCa, "unable to get local issuer certificate")]
    [InlineData("weak", Weak, BadCertificate, "EE certificate key too weak")]
    [InlineData("sha1", Weak, BadCertificate, "CA signature digest algorithm too weak")]
    [InlineData("stolen", "", DecryptError, "the client does not have the certificate's key")]
    public async Task Handshake_BadCertificate_IsRefusedEvenWhereOptional(string client, string options, int alert, string reason)
    {
        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            foreach (var port in (int[])[clients.Required, clients.Optional])
            {
                var report = await ConnectAsync(port, $"{version} {Certificate(client)} {options}");
                AssertRefused(report, alert);
            }
        }

        await clients.Process.WaitForLineAsync(line =>
            line.Contains($"ClientCertificateRefused. {reason}", StringComparison.Ordinal));
        // The client is one that would go on: where nobody asks for its certificate, it is served.
        Seen(await ConnectAsync(clients.Plain, $"{Certificate(client)} {options}"));
    }

    [Fact]
    public async Task Handshake_RevokedCertificate_IsRefusedWhereAListSaysSo()
    {
        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            AssertRefused(await ConnectAsync(clients.Revoking, $"{version} {Certificate("revoked")}"), CertificateRevoked);
            Seen(await ConnectAsync(clients.Revoking, $"{version} {Certificate("p256")}"));
            Seen(await ConnectAsync(clients.Required, $"{version} {Certificate("revoked")}"));
        }

        // The root's list is there; that of the intermediate is not, and what cannot be looked up is not let through.
        AssertRefused(await ConnectAsync(clients.Revoking, Certificate("chain")), UnknownCa);
        await clients.Process.WaitForLineAsync(line =>
            line.Contains("ClientCertificateRefused. unable to get certificate CRL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshake_RevocationListReplacedWhileItRuns_CountsWithoutAReload()
    {
        var leaver = clients.Authority.Issue("leaver");
        Seen(await ConnectAsync(clients.Revoking, Certificate("leaver")));
        var revoked = await File.ReadAllTextAsync(clients.Directory.File("revoked.pem"));

        clients.Directory.Write("clients.crl", clients.Authority.RevocationList(
            DateTimeOffset.UtcNow.AddDays(1), leaver, X509Certificate2.CreateFromPem(revoked).RawData));

        await clients.Process.WaitForLineAsync(line => line.Contains("Reloaded in", StringComparison.Ordinal));
        AssertRefused(await ConnectAsync(clients.Revoking, Certificate("leaver")), CertificateRevoked);
        Seen(await ConnectAsync(clients.Revoking, Certificate("p256")));
        Seen(await ConnectAsync(clients.Required, Certificate("leaver")));
    }

    [Theory]
    [InlineData(ProxyFixture.DefaultName)]
    [InlineData(ProxyFixture.OtherName)]
    [InlineData("one.wild.example.test")]
    [InlineData("127.0.0.1")]
    public async Task Handshake_AnyServerName_AsksForTheCertificate(string name)
    {
        foreach (var (version, alert) in ((string, int)[])[("-tls1_3", CertificateRequired), ("-tls1_2", HandshakeFailure)])
        {
            AssertRefused(await ConnectAsync(clients.Required, $"{version} -servername {name}"), alert);
            AssertRefused(await ConnectAsync(clients.Required, $"{version} -servername {name} {Certificate("self-signed")}"), UnknownCa);
            Seen(await ConnectAsync(clients.Required, $"{version} -servername {name} {Certificate("p256")}"));
        }

        AssertRefused(await ConnectAsync(clients.Required, "-noservername"), CertificateRequired);
    }

    [Fact]
    public async Task Handshake_ChainOfMoreThanIsRead_IsRefused()
    {
        var padding = await File.ReadAllTextAsync(clients.Directory.File("p384.pem")) + "\n";
        var (taken, refused) = (Write("taken.pem", 20), Write("refused.pem", 60));

        foreach (var version in (string[])["-tls1_3", "-tls1_2"])
        {
            var certificate = $"{version} {Certificate("p256")}";
            Seen(await ConnectAsync(clients.Optional, $"{certificate} -cert_chain {taken}"));
            AssertRefused(await ConnectAsync(clients.Optional, $"{certificate} -cert_chain {refused}"), IllegalParameter);
            Seen(await ConnectAsync(clients.Plain, $"{certificate} -cert_chain {refused}"));
        }

        string Write(string name, int count) =>
            clients.Directory.Write(name, string.Concat(Enumerable.Repeat(padding, count)));
    }

    [Fact]
    public async Task Request_ToClients_NamesTheAuthorityAndWhatTheyMaySignWith()
    {
        var asked = await ConnectAsync(clients.Optional, "-tls1_3");
        var notAsked = await ConnectAsync(clients.Plain, "-tls1_3");

        var names = asked.Process.Output.Replace(" = ", "=", StringComparison.Ordinal);
        Assert.Contains("Acceptable client certificate CA names\nCN=Clients root\n", names, StringComparison.Ordinal);
        var line = asked.Process.Output.Split('\n').Single(line => line.StartsWith("Requested Signature", StringComparison.Ordinal));
        // Versions of s_client call them differently.
        Assert.Equal(9, line.Split(": ")[1].Split(':').Length);
        Assert.DoesNotContain("sha1", line, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("No client certificate CA names sent", notAsked.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Requested Signature", notAsked.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ListenerWithClientCertificates_NeverHappens()
    {
        var session = clients.Directory.File("session.pem");
        Seen(await ConnectAsync(clients.Required, $"-tls1_3 {Certificate("p256")} -sess_out {session}"));
        Assert.False(File.Exists(session), "A ticket was sent.");
        var again = await OpenSslClient.RunAsync(clients.Required, $"-tls1_2 {Certificate("p256")} -reconnect", "");
        Assert.Equal((6, 0), (again.HandshakeCount, again.ResumedCount));

        // A ticket of the listener that asks for no certificates: it resumes there, and helps nowhere else.
        const string suite = "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256";
        foreach (var port in (int[])[clients.Required, clients.Optional])
        {
            Seen(await ConnectAsync(clients.Plain, $"{suite} -sess_out {session}"));
            var report = await ConnectAsync(port, $"{suite} -sess_in {session}");
            Assert.False(report.Resumed);
            if (port == clients.Required) AssertRefused(report, CertificateRequired);
        }

        Seen(await ConnectAsync(clients.Plain, $"{suite} -sess_out {session}"));
        Assert.True((await ConnectAsync(clients.Plain, $"{suite} -sess_in {session}")).Resumed);
    }

    private string Certificate(string client)
    {
        var chain = clients.Directory.File(client + ".chain");
        return $"-cert {clients.Directory.File(client + ".pem")} -key {clients.Directory.File(client + ".key")}"
            + (File.Exists(chain) ? $" -cert_chain {chain}" : "");
    }

    private static Task<TlsReport> ConnectAsync(int port, string options) => OpenSslClient.RequestAsync(port, options);

    private static SeenRequest Seen(TlsReport report)
    {
        Assert.True(report.Process.Output.Contains("HTTP/1.1 200 OK", StringComparison.Ordinal), report.Process.Text);
        // The service's answer is one line.
        return SeenRequest.Parse(report.Process.Output.Split('\n').Single(line => line.StartsWith('{')));
    }

    private static void AssertRefused(TlsReport report, int alert)
    {
        Assert.True(report.Alert == alert, $"{alert} was expected:\n{report.Process.Text}");
        Assert.DoesNotContain("HTTP/1.1", report.Process.Output, StringComparison.Ordinal);
    }
}
