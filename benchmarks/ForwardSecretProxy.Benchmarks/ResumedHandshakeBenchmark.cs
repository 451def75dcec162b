using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// One resumed TLS 1.3 handshake, both sides; one byte each way, which brings the client the ticket for the next one;
/// and the close_notify without which libssl would not resume the session. The engine's tickets name an entry in memory
/// and work once, SslStream's are encrypted with a key and work often. The engine never resumes TLS 1.2.
/// </summary>
public class ResumedHandshakeBenchmark : IDisposable
{
    private readonly SocketPairs _network = new();
    private readonly ServerIdentity _identity = new();
    private readonly byte[] _byte = new byte[1];
    private TlsServer _engine = null!;
    private SslServerAuthenticationOptions _sslStream = null!;
    private SslClientAuthenticationOptions _engineClient = null!;
    private SslClientAuthenticationOptions _sslStreamClient = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _engine = _identity.CreateEngine();
        _sslStream = _identity.SslStreamOptions();
        _engineClient = _identity.ClientOptions(ServerIdentity.EngineName, SslProtocols.Tls13, resume: true);
        _sslStreamClient = _identity.ClientOptions(ServerIdentity.SslStreamName, SslProtocols.Tls13, resume: true);
        await VisitSslStreamAsync(resumed: false);
        await VisitEngineAsync(resumed: false);
    }

    [Benchmark(Baseline = true)]
    public Task SslStream() => VisitSslStreamAsync(resumed: true);

    [Benchmark]
    public Task Engine() => VisitEngineAsync(resumed: true);

    [GlobalCleanup]
    public void Dispose()
    {
        _engine?.Dispose();
        _identity.Dispose();
        _network.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task VisitSslStreamAsync(bool resumed)
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, _sslStreamClient);
        await using var server = new SslStream(new NetworkStream(serverSocket, ownsSocket: true));
        await server.AuthenticateAsServerAsync(_sslStream);
        using var client = await connecting;
        _identity.ThrowUnless(client, resumed);

        await client.Stream.WriteAsync(_byte);
        await server.ReadExactlyAsync(_byte);
        await server.WriteAsync(_byte);
        await client.Stream.ReadExactlyAsync(_byte);
        await server.ShutdownAsync();
    }

    private async Task VisitEngineAsync(bool resumed)
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, _engineClient);
        using var server = _engine.Accept(serverSocket);
        var result = await server.HandshakeAsync();
        using var client = await connecting;
        if (result.Outcome != TlsHandshakeOutcome.Completed || server.Session!.Resumed != resumed)
            throw new InvalidOperationException($"Not the handshake that was wanted: {result}, {server.Session}.");
        _identity.ThrowUnless(client, resumed);

        await client.Stream.WriteAsync(_byte);
        if (await server.ReadAsync(_byte) != 1 || !await server.WriteAsync(_byte))
            throw new InvalidOperationException("The connection broke.");
        await client.Stream.ReadExactlyAsync(_byte);
        var closing = server.CloseAsync();
        client.Dispose();
        await closing;
    }
}
