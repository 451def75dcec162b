using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Clients that finish, resume, or break off their handshakes at every stage, in a fixed mixture. Each worker has a
/// name of its own below the wildcard, so that its tickets are its own too.
/// </summary>
internal sealed class HandshakeLoad(int port, X509ChainPolicy trust)
{
    private const int Workers = 8;

    private static readonly byte[] Hello =
        ClientHello.ToRecords(ClientHello.Tls13().WithServerName(ProxyFixture.DefaultName).ToMessage());

    private readonly SslClientAuthenticationOptions[] _resuming =
        [.. Enumerable.Range(0, Workers).Select(worker => Options(worker, trust, SslProtocols.Tls13, resume: true))];

    private int _resumed;
    private int _finished;
    private int _answered;

    /// <summary>Handshakes that were resumed, by the extension in the ServerHello.</summary>
    public int Resumed => _resumed;

    /// <summary>Handshakes that both sides finished.</summary>
    public int Finished => _finished;

    /// <summary>Handshakes broken off by the client after the server had signed and answered.</summary>
    public int BrokenOffAfterAnswer => _answered;

    /// <summary>Starts <paramref name="count"/> handshakes, eight at a time, and ends them all in some way.</summary>
    public Task RunAsync(int count) => Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
    {
        for (var index = worker; index < count; index += Workers)
            await StartOneAsync(worker, index / Workers);
    }));

    private Task StartOneAsync(int worker, int turn) => (turn % 10) switch
    {
        0 or 1 => FinishAsync(Options(worker, trust, SslProtocols.Tls13, resume: false)),
        2 => FinishAsync(Options(worker, trust, SslProtocols.Tls12, resume: false)),
        3 or 4 => FinishAsync(_resuming[worker]),
        5 => BreakOffAsync(0, 0, reset: turn % 20 < 10),
        6 => BreakOffAsync(Hello.Length / 2, 0, reset: false),
        7 => BreakOffAsync(Hello.Length / 2, 0, reset: true),
        8 => BreakOffAsync(Hello.Length, 1, reset: turn % 20 < 10),
        _ => BreakOffAsync(Hello.Length, 3, reset: turn % 20 < 10),
    };

    // One request, so that the tickets are read and the server closes in order.
    private async Task FinishAsync(SslClientAuthenticationOptions options)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        await using var wire = new FirstBytesStream(client.GetStream());
        await using var tls = new SslStream(wire);
        await tls.AuthenticateAsClientAsync(options, limit.Token);
        Interlocked.Increment(ref _finished);
        if (wire.FirstAnswer().Resumes)
            Interlocked.Increment(ref _resumed);
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
        var buffer = new byte[4096];
        while (await tls.ReadAsync(buffer, limit.Token) > 0)
        {
        }
    }

    private async Task BreakOffAsync(int sentBytes, int recordsRead, bool reset)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Hello.AsMemory(0, sentBytes), limit.Token);
        var header = new byte[5];
        for (var record = 0; record < recordsRead; record++)
        {
            await stream.ReadExactlyAsync(header, limit.Token);
            await stream.ReadExactlyAsync(new byte[(header[3] << 8) + header[4]], limit.Token);
        }

        if (recordsRead > 0)
            Interlocked.Increment(ref _answered);
        if (reset)
            client.Client.LingerState = new LingerOption(true, 0);
    }

    private static SslClientAuthenticationOptions Options(
        int worker, X509ChainPolicy trust, SslProtocols protocol, bool resume) => new()
        {
            TargetHost = string.Create(CultureInfo.InvariantCulture, $"client{worker}.wild.example.test"),
            CertificateChainPolicy = trust,
            EnabledSslProtocols = protocol,
            AllowTlsResume = resume,
        };
}
