using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// Plaintext through an established TLS 1.3 connection with AES-128-GCM, the client's share included. What a proxy does
/// with the plaintext (HTTP, the backend) is not in it.
/// </summary>
public class RelayBenchmark : IDisposable
{
    private const int RecordLength = 16 * 1024;

    private readonly SocketPairs _network = new();
    private readonly ServerIdentity _identity = new();
    private readonly byte[] _relayed = new byte[RecordLength];
    private byte[] _sent = [];
    private byte[] _received = [];
    private TlsServer _engine = null!;
    private TlsConnection _engineServer = null!;
    private TlsClient _engineClient = null!;
    private SslStream _sslStreamServer = null!;
    private TlsClient _sslStreamClient = null!;

    /// <summary>The bytes that are sent and waited for.</summary>
    [Params(RecordLength, 1024 * 1024)]
    public int Length { get; set; }

    /// <summary>Which way they go.</summary>
    [Params(RelayDirection.ToClient, RelayDirection.Echo)]
    public RelayDirection Direction { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _sent = RandomNumberGenerator.GetBytes(Length);
        _received = new byte[Length];
        _engine = _identity.CreateEngine();
        await ConnectSslStreamAsync();
        await ConnectEngineAsync();
        await ThrowUnlessDelivered(SslStream);
        await ThrowUnlessDelivered(Engine);
    }

    [Benchmark(Baseline = true)]
    public async Task SslStream()
    {
        if (Direction == RelayDirection.ToClient)
        {
            var receiving = _sslStreamClient.Stream.ReadExactlyAsync(_received);
            await _sslStreamServer.WriteAsync(_sent);
            await receiving;
            return;
        }

        var talking = TalkAsync(_sslStreamClient.Stream);
        for (var left = Length; left > 0;)
        {
            var read = await _sslStreamServer.ReadAsync(_relayed);
            ThrowUnless(read > 0);
            await _sslStreamServer.WriteAsync(_relayed.AsMemory(0, read));
            left -= read;
        }

        await talking;
    }

    [Benchmark]
    public async Task Engine()
    {
        if (Direction == RelayDirection.ToClient)
        {
            var receiving = _engineClient.Stream.ReadExactlyAsync(_received);
            ThrowUnless(await _engineServer.WriteAsync(_sent));
            await receiving;
            return;
        }

        var talking = TalkAsync(_engineClient.Stream);
        for (var left = Length; left > 0;)
        {
            var read = await _engineServer.ReadAsync(_relayed);
            ThrowUnless(read > 0);
            ThrowUnless(await _engineServer.WriteAsync(_relayed.AsMemory(0, read)));
            left -= read;
        }

        await talking;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _engineClient?.Dispose();
        _engineServer?.Dispose();
        _sslStreamClient?.Dispose();
        _sslStreamServer?.Dispose();
        _engine?.Dispose();
        _identity.Dispose();
        _network.Dispose();
        GC.SuppressFinalize(this);
    }

    // More than the sockets hold is on its way in an echo, so the client reads while it writes.
    private async Task TalkAsync(SslStream client)
    {
        var receiving = client.ReadExactlyAsync(_received);
        await client.WriteAsync(_sent);
        await receiving;
    }

    private async Task ConnectSslStreamAsync()
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, ClientOptions(ServerIdentity.SslStreamName));
        _sslStreamServer = new SslStream(new NetworkStream(serverSocket, ownsSocket: true));
        await _sslStreamServer.AuthenticateAsServerAsync(_identity.SslStreamOptions());
        _sslStreamClient = await connecting;
    }

    private async Task ConnectEngineAsync()
    {
        var (clientSocket, serverSocket) = _network.Connect();
        var connecting = TlsClient.ConnectAsync(clientSocket, ClientOptions(ServerIdentity.EngineName));
        _engineServer = _engine.Accept(serverSocket);
        var result = await _engineServer.HandshakeAsync();
        if (result.Outcome != TlsHandshakeOutcome.Completed)
            throw new InvalidOperationException($"The handshake failed: {result}.");
        _engineClient = await connecting;
    }

    // The two servers prefer different suites, and the cipher is most of the work here.
    private SslClientAuthenticationOptions ClientOptions(string name)
    {
        var options = _identity.ClientOptions(name, SslProtocols.Tls13, resume: false);
        options.CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256]);
        return options;
    }

    private async Task ThrowUnlessDelivered(Func<Task> relay)
    {
        _received.AsSpan().Clear();
        await relay();
        if (!_received.AsSpan().SequenceEqual(_sent))
            throw new InvalidOperationException("What arrived is not what was sent.");
    }

    private static void ThrowUnless(bool connected)
    {
        if (!connected) throw new InvalidOperationException("The connection broke.");
    }
}

/// <summary>The ways that bytes take through a connection.</summary>
public enum RelayDirection
{
    /// <summary>From the server to the client, in one write.</summary>
    ToClient,

    /// <summary>From the client to the server and back, a record at a time.</summary>
    Echo,
}
