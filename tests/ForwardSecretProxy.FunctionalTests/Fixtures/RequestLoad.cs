using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Clients that make request after request until they are stopped, and forgive nothing: whatever is not answered with
/// 200 is a failure. Some make a connection for each request, some keep theirs until the server says that it ends, and
/// some speak HTTP/2, all of them with bodies both ways. Nothing is tried again, but what a GOAWAY says was not begun
/// (RFC 9113 section 6.8), which .NET's HTTP/2 client repeats by itself.
/// </summary>
internal sealed class RequestLoad : IAsyncDisposable
{
    private const int Workers = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly int _port;
    private readonly SslClientAuthenticationOptions _tls;
    private readonly Task _clients;
    private int _answered;

    /// <summary>Begins.</summary>
    public RequestLoad(int port, X509ChainPolicy trust)
    {
        _port = port;
        _tls = new SslClientAuthenticationOptions
        {
            TargetHost = ProxyFixture.DefaultName,
            CertificateChainPolicy = trust,
        };
        Func<Task>[] kinds = [RequestOnNewConnectionAsync, RequestOnKeptConnectionAsync, RequestOverHttp2Async];
        _clients = Task.WhenAll(kinds.SelectMany(kind => Enumerable.Range(0, Workers).Select(_ => RepeatAsync(kind))));
    }

    /// <summary>How many requests were answered as they should be.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>What went wrong, in words.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Waits until <paramref name="count"/> more requests were answered.</summary>
    public async Task WaitForAnswersAsync(int count)
    {
        var target = Answered + count;
        using var limit = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (Answered < target)
            await pace.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Lets each client end its request, and stops.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _clients.WaitAsync(Patience);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RepeatAsync(Func<Task> client)
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await client();
            }
            catch (Exception exception)
            {
                Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {client.Method.Name}: {exception}");
            }
        }
    }

    private async Task RequestOnNewConnectionAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await ConnectAsync(limit.Token);
        await RequestAsync(connection, "Connection: close\r\n", limit.Token);
    }

    private async Task RequestOnKeptConnectionAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await ConnectAsync(limit.Token);
        while (!_stop.IsCancellationRequested)
        {
            if ((await RequestAsync(connection, "", limit.Token)).Contains("Connection: close", StringComparison.Ordinal))
                return;
        }
    }

    private async Task RequestOverHttp2Async()
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) => await ConnectTcpAsync(cancellationToken),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = _tls.CertificateChainPolicy },
        };
        using var client = new HttpClient(handler) { Timeout = Patience };
        while (!_stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post,
                string.Create(CultureInfo.InvariantCulture, $"https://{ProxyFixture.DefaultName}:{_port}/load"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent("question"),
            };
            using var response = await client.SendAsync(request);
            Check(response.StatusCode == HttpStatusCode.OK, $"status {response.StatusCode}");
            Check((await response.Content.ReadAsStringAsync()).Contains("question", StringComparison.Ordinal), "another body");
            Interlocked.Increment(ref _answered);
        }
    }

    /// <summary>Makes a request on the connection and returns the answer's head.</summary>
    private async Task<string> RequestAsync(SslStream connection, string headers, CancellationToken cancellationToken)
    {
        await connection.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /load HTTP/1.1\r\nHost: {ProxyFixture.DefaultName}\r\nContent-Length: 8\r\n{headers}\r\nquestion"), cancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        // The backend's answers are chunked, so the last chunk ends them.
        while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await connection.ReadAsync(buffer, cancellationToken);
            Check(count > 0, $"the connection ended after \"{answer}\"");
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        var text = answer.ToString();
        Check(text.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal), text);
        Check(text.Contains("question", StringComparison.Ordinal), text);
        Interlocked.Increment(ref _answered);
        return text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
    }

    private async Task<SslStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var tls = new SslStream(await ConnectTcpAsync(cancellationToken));
        await tls.AuthenticateAsClientAsync(_tls, cancellationToken);
        return tls;
    }

    private async Task<NetworkStream> ConnectTcpAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static void Check(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}
