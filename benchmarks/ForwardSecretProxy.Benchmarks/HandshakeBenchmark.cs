using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// One full handshake over loopback, from connect to close, client included; the same client in both. The baseline is
/// .NET's SslStream with the same key and the same kind of policy.
/// </summary>
[MemoryDiagnoser]
public class HandshakeBenchmark : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private X509Certificate2 _certificate = null!;
    private SslServerAuthenticationOptions _sslStream = null!;
    private TlsServer _engine = null!;

    /// <summary>The version both sides speak.</summary>
    [Params(SslProtocols.Tls12, SslProtocols.Tls13)]
    public SslProtocols Version { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var request = new CertificateRequest("CN=localhost", _key, HashAlgorithmName.SHA256);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _engine = TlsServer.Create(
            TlsPolicy.Intermediate,
            [new TlsCertificate([_certificate.RawData], ["localhost"], new SoftwareSigner(_key))],
            []);
        _sslStream = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowTlsResume = false,
        };
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
    }

    [Benchmark(Baseline = true)]
    public async Task SslStream()
    {
        var client = ConnectAsync();
        await using var server = new SslStream(new NetworkStream(await _listener.AcceptAsync(), ownsSocket: true));
        await server.AuthenticateAsServerAsync(_sslStream);
        await client;
    }

    [Benchmark]
    public async Task Engine()
    {
        var client = ConnectAsync();
        using var connection = _engine.Accept(await _listener.AcceptAsync());
        if ((await connection.HandshakeAsync()).Outcome != TlsHandshakeOutcome.Completed)
            throw new InvalidOperationException("The handshake failed.");
        await client;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _listener.Dispose();
        _engine?.Dispose();
        _certificate?.Dispose();
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_listener.LocalEndPoint!);
        await using var client = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = Version,
            AllowTlsResume = false,
#pragma warning disable CA5359 // The certificate was made a moment ago in this process.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
    }
}
