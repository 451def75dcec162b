using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>What the engine itself says of clients' certificates; another client, and other timing, than s_client's.</summary>
[Collection("engine")]
public sealed class ClientVerificationTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly ClientAuthority _authority;
    private readonly EngineServer _server;

    public ClientVerificationTests()
    {
        _authority = new ClientAuthority(_directory, "Clients");
        using var root = X509Certificate2.CreateFromPem(_authority.RootPem);
        _server = new EngineServer(clients: new ClientCertificatePolicy(required: true, [root.RawData], []));
    }

    public void Dispose()
    {
        _server.Dispose();
        _authority.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "P-256")]
    [InlineData(SslProtocols.Tls12, "2048")]
    [InlineData(SslProtocols.Tls13, "P-384")]
    [InlineData(SslProtocols.Tls13, "2048")]
    public async Task Handshake_EveryByteComesAlone_IsCompletedAllTheSame(SslProtocols version, string keyType)
    {
        var der = _authority.Issue("client", keyType);

        var (result, session) = await HandshakeAsync("client", version);

        Assert.Equal(TlsHandshakeOutcome.Completed, result.Outcome);
        Assert.Equal("CN=client", session!.ClientCertificate!.Subject);
        Assert.Equal(der, session.ClientCertificate.Der.ToArray());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_EveryByteOfABadCertificateComesAlone_IsRefusedWithItsReason(SslProtocols version)
    {
        _authority.IssueExpired("client");

        var (result, session) = await HandshakeAsync("client", version);

        Assert.Equal(
            new TlsHandshakeResult(TlsHandshakeOutcome.ClientCertificateRefused, "certificate has expired"), result);
        Assert.Null(session);
    }

    [Fact]
    public void IsMadeOf_OtherClients_IsNot()
    {
        using var root = X509Certificate2.CreateFromPem(_authority.RootPem);
        bool IsMadeOf(ClientCertificatePolicy? clients) =>
            _server.Tls.IsMadeOf(_server.Tls.Policy, _server.Certificates, [], clients);

        Assert.True(IsMadeOf(new ClientCertificatePolicy(required: true, [root.RawData], [])));
        Assert.False(IsMadeOf(new ClientCertificatePolicy(required: false, [root.RawData], [])));
        Assert.False(IsMadeOf(null));
    }

    private async Task<(TlsHandshakeResult Result, TlsSessionInfo? Session)> HandshakeAsync(string name, SslProtocols version)
    {
        using var pair = X509Certificate2.CreateFromPemFile(_directory.File(name + ".pem"), _directory.File(name + ".key"));
        // SslStream wants a key that it can find again.
        using var certificate = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        var options = EngineServer.ClientOptions(version);
        options.ClientCertificates = [certificate];
        await using var client = new SslStream(new SingleByteStream(await _server.ConnectAsync()));
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        try
        {
            await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            // Whether a client hears of its refusal in the handshake is a matter of the version.
        }

        return (await handshake.WaitAsync(Patience), connection.Session);
    }

    /// <summary>Sends each byte on its own, so that the server stops at every one of them.</summary>
    private sealed class SingleByteStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++)
                await base.WriteAsync(buffer.Slice(i, 1), cancellationToken);
        }
    }
}
