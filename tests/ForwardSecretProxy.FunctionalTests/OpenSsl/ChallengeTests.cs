using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>
/// tls-alpn-01 (RFC 8737) in the engine: who offers the validation protocol, and nothing else, is shown the answer or nothing.
/// </summary>
public sealed class ChallengeTests : IDisposable
{
    private const string Name = "localhost";
    private const string Validation = "acme-tls/1";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls13)]
    [InlineData(SslProtocols.Tls12)]
    public async Task Handshake_Validation_ShowsTheAnswerAndEnds(SslProtocols version)
    {
        var answer = Place();
        using var server = NewServer();
        server.Signer.InSignature = () => Assert.Fail("The certificate's own key has no part in it.");

        var (result, client) = await ShakeHandsAsync(server, version, Validation);

        await using (client)
        {
            Assert.Equal(TlsHandshakeOutcome.ChallengeAnswered, result.Outcome);
            Assert.Equal(Validation, client.NegotiatedApplicationProtocol.ToString());
            Assert.Equal(answer, client.RemoteCertificate!.GetRawCertData());
            Assert.Equal(0, await client.ReadAsync(new byte[1]));
        }

        Assert.Equal(0, server.Signer.LiveLeases);
    }

    [Fact]
    public async Task Handshake_ValidationWithoutAnAnswer_IsRefused()
    {
        using var server = NewServer();
        server.Signer.InSignature = () => Assert.Fail("Nobody is shown the ordinary certificate under that protocol.");

        var (result, _) = await ShakeHandsAsync(server, SslProtocols.Tls13, Validation);

        Assert.Equal(TlsHandshakeOutcome.UnrecognizedName, result.Outcome);
    }

    [Theory]
    [InlineData(Validation, "http/1.1")]
    [InlineData("http/1.1", Validation)]
    [InlineData("http/1.1")]
    public async Task Handshake_OtherProtocolsToo_IsAnOrdinaryClients(params string[] protocols)
    {
        var answer = Place();
        using var server = NewServer();

        var (result, client) = await ShakeHandsAsync(server, SslProtocols.Tls13, protocols);

        await using (client)
        {
            Assert.Equal(TlsHandshakeOutcome.Completed, result.Outcome);
            Assert.Equal("http/1.1", client!.NegotiatedApplicationProtocol.ToString());
            Assert.NotEqual(answer, client.RemoteCertificate!.GetRawCertData());
        }
    }

    [Fact]
    public async Task Handshake_ServerWithoutChallenges_KnowsNoSuchProtocol()
    {
        Place();
        using var server = new EngineServer(protocols: "http/1.1");

        var (result, _) = await ShakeHandsAsync(server, SslProtocols.Tls13, Validation);

        Assert.Equal(TlsHandshakeOutcome.Refused, result.Outcome);
    }

    [Fact]
    public async Task Handshake_ServerThatAsksForCertificates_DoesNotAskAnAuthority()
    {
        Place();
        using var authority = new TestAuthority();
        using var root = X509Certificate2.CreateFromPem(authority.RootPem);
        using var server = NewServer(new ClientCertificatePolicy(required: true, [root.RawData], []));

        var (validation, client) = await ShakeHandsAsync(server, SslProtocols.Tls12, Validation);
        if (client is not null) await client.DisposeAsync();
        var (ordinary, _) = await ShakeHandsAsync(server, SslProtocols.Tls12, "http/1.1");

        Assert.Equal(TlsHandshakeOutcome.ChallengeAnswered, validation.Outcome);
        Assert.Equal(TlsHandshakeOutcome.ClientCertificateRefused, ordinary.Outcome);
    }

    [Fact]
    public async Task Handshake_TicketOfAnOrdinaryConnection_IsNotTakenForValidation()
    {
        var answer = Place();
        using var server = NewServer();
        var ticket = _folder.File("ticket");
        var (first, _) = await OpenSslAsync($"-alpn http/1.1 -sess_out {ticket}");
        var (validation, shown) = await OpenSslAsync($"-alpn {Validation} -sess_in {ticket}");
        var (resumed, _) = await OpenSslAsync($"-alpn http/1.1 -sess_in {ticket}");

        Assert.Equal((TlsHandshakeOutcome.Completed, TlsHandshakeOutcome.ChallengeAnswered), (first, validation));
        Assert.Contains(Convert.ToBase64String(answer)[..60], shown, StringComparison.Ordinal);
        // The control: the ticket was good, and is still there for whom it was meant.
        Assert.Equal(TlsHandshakeOutcome.Completed, resumed);

        async Task<(TlsHandshakeOutcome Outcome, string Text)> OpenSslAsync(string options)
        {
            var client = OpenSslClient.RunAsync(server.Port, $"-ign_eof -tls1_3 -servername {Name} {options}", "");
            using var connection = await server.AcceptAsync();
            var result = await connection.HandshakeAsync();
            if (result.Outcome == TlsHandshakeOutcome.Completed)
            {
                Assert.Equal(options.Contains("-sess_in", StringComparison.Ordinal), connection.Session!.Resumed);
                await connection.WriteAsync("tickets come with it"u8.ToArray());
            }

            await connection.CloseAsync();
            return (result.Outcome, (await client).Process.Text);
        }
    }

    private EngineServer NewServer(ClientCertificatePolicy? clients = null) =>
        new(clients: clients, challenges: new AlpnChallengeFolder(_folder.Path), protocols: "http/1.1");

    /// <summary>Puts an answer into the folder; the certificate in DER.</summary>
    private byte[] Place()
    {
        var pem = AlpnCertificate.Create(Name, SHA256.HashData("token.thumbprint"u8), DateTimeOffset.UtcNow);
        File.WriteAllBytes(_folder.File(AlpnChallengeFolder.FileName(Name)), pem);
        using var answer = AlpnCertificate.Read(System.Text.Encoding.ASCII.GetString(pem), Name)!;
        return answer.Certificate.Chain.Single().ToArray();
    }

    /// <summary>Both sides' end of a handshake; no client where it was refused.</summary>
    private static async Task<(TlsHandshakeResult Result, SslStream Client)> ShakeHandsAsync(
        EngineServer server, SslProtocols version, params string[] protocols)
    {
        var client = new SslStream(new NetworkStream(await server.ConnectAsync(), ownsSocket: true));
        var connection = await server.AcceptAsync();
        var options = EngineServer.ClientOptions(version);
        options.ApplicationProtocols = [.. protocols.Select(name => new SslApplicationProtocol(name))];
        var handshake = connection.HandshakeAsync().AsTask();
        try
        {
            await client.AuthenticateAsClientAsync(options).WaitAsync(TimeSpan.FromSeconds(20));
            var result = await handshake;
            _ = connection.CloseAsync().AsTask();
            return (result, client);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await client.DisposeAsync();
            var result = await handshake;
            connection.Dispose();
            return (result, null!);
        }
    }
}
