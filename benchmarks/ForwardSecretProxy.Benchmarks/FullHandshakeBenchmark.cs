using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// One full handshake, both sides, from connecting the sockets to closing them. The client's share, which is the same
/// in all, is in the figures; no token signs, no TCP is below and no second handshake runs beside it, so they are not
/// what a server can take.
/// </summary>
public class FullHandshakeBenchmark : IDisposable
{
    private readonly SocketPairs _network = new();
    private readonly ServerIdentity _identity = new();
    private TlsServer _engine = null!;
    private SslServerAuthenticationOptions _sslStream = null!;
    private SslServerAuthenticationOptions _samePromises = null!;
    private SslClientAuthenticationOptions _engineClient = null!;
    private SslClientAuthenticationOptions _sslStreamClient = null!;

    /// <summary>The version both sides speak.</summary>
    [Params(SslProtocols.Tls12, SslProtocols.Tls13)]
    public SslProtocols Version { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _engine = _identity.CreateEngine();
        _sslStream = _identity.SslStreamOptions();
        _samePromises = _identity.SslStreamOptions();
        _samePromises.AllowTlsResume = false;
        _samePromises.CipherSuitesPolicy = ForwardSecretSuites();
        _engineClient = _identity.ClientOptions(ServerIdentity.EngineName, Version, resume: false);
        _sslStreamClient = _identity.ClientOptions(ServerIdentity.SslStreamName, Version, resume: false);
    }

    /// <summary>
    /// SslStream at its fastest: .NET's defaults, with which it keeps its native context and has a ticket key.
    /// </summary>
    [Benchmark(Baseline = true)]
    public Task SslStream() => ShakeHandsAsync(_sslStream);

    /// <summary>
    /// SslStream with the engine's suites and no ticket key; it then builds a context for each handshake.
    /// </summary>
    [Benchmark]
    public Task SslStreamSamePromises() => ShakeHandsAsync(_samePromises);

    [Benchmark]
    public async Task Engine()
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, _engineClient);
        using var server = _engine.Accept(serverSocket);
        var result = await server.HandshakeAsync();
        using var client = await connecting;
        if (result.Outcome != TlsHandshakeOutcome.Completed || server.Session!.Resumed)
            throw new InvalidOperationException($"No full handshake: {result}.");
        _identity.ThrowUnless(client, resumed: false);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engine?.Dispose();
        _identity.Dispose();
        _network.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task ShakeHandsAsync(SslServerAuthenticationOptions options)
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, _sslStreamClient);
        await using var server = new SslStream(new NetworkStream(serverSocket, ownsSocket: true));
        await server.AuthenticateAsServerAsync(options);
        using var client = await connecting;
        _identity.ThrowUnless(client, resumed: false);
    }

    private static CipherSuitesPolicy ForwardSecretSuites() => new(
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]);
}
