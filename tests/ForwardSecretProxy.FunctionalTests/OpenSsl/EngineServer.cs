using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>The TLS engine on a loopback socket in this process, with a scripted signer behind it.</summary>
internal sealed class EngineServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public EngineServer(
        TlsPolicy? policy = null,
        ClientCertificatePolicy? clients = null,
        ISigningPool? pool = null,
        Func<TlsCertificate, TlsCertificate>? change = null,
        IChallengeCertificates? challenges = null,
        params string[] protocols)
    {
        Signer = new ScriptedSigner(_key, pool);
        var certificate = new TlsCertificate([SelfSigned()], ["localhost"], Signer);
        Certificates = [change?.Invoke(certificate) ?? certificate];
        Tls = TlsServer.Create(policy ?? TlsPolicy.Intermediate, Certificates, protocols, clients, challenges: challenges);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
    }

    public TlsServer Tls { get; }

    public IReadOnlyList<TlsCertificate> Certificates { get; }

    public ScriptedSigner Signer { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>The next connection, before its handshake.</summary>
    public async Task<TlsConnection> AcceptAsync() => Tls.Accept(await _listener.AcceptAsync());

    /// <summary>A TCP connection from a client.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port));
        return client;
    }

    /// <summary>A client that has shaken hands, and the server's end of its connection.</summary>
    public async Task<(SslStream Client, TlsConnection Server)> EstablishAsync(SslProtocols version = SslProtocols.Tls13)
    {
        var client = new SslStream(new NetworkStream(await ConnectAsync(), ownsSocket: true));
        var server = await AcceptAsync();
        var handshake = server.HandshakeAsync().AsTask();
        await client.AuthenticateAsClientAsync(ClientOptions(version)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
        return (client, server);
    }

    /// <summary>A .NET client's options; the certificate is nobody's but the test's.</summary>
    public static SslClientAuthenticationOptions ClientOptions(SslProtocols version = SslProtocols.Tls13) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = version,
        AllowTlsResume = false,
#pragma warning disable CA5359 // The tests of names and chains are others.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    public void Dispose()
    {
        _listener.Dispose();
        Tls.Dispose();
        _key.Dispose();
    }

    private byte[] SelfSigned()
    {
        var request = new CertificateRequest("CN=localhost", _key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return certificate.RawData;
    }
}
