using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A service that keeps every byte it receives and answers each request that <see cref="StrictRequest"/> takes. What
/// it does not take is a finding, not an error answer: no proxy should have sent it.
/// </summary>
internal sealed class RecordingBackend : IAsyncDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<StrictRequest> _requests = Channel.CreateUnbounded<StrictRequest>();
    private readonly Task _accepting;
    private readonly List<byte> _received = [];
    private readonly List<string> _findings = [];

    public RecordingBackend()
    {
        _listener.Start(backlog: 512);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Everything that came, of all connections together.</summary>
    public string Received
    {
        get
        {
            lock (_received)
                return Encoding.Latin1.GetString([.. _received]);
        }
    }

    /// <summary>What came and was not a strict request.</summary>
    public IReadOnlyList<string> Findings
    {
        get
        {
            lock (_received)
                return [.. _findings];
        }
    }

    /// <summary>The next complete request.</summary>
    public Task<StrictRequest> NextAsync() => _requests.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        var pending = new List<byte>();
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                pending.AddRange(buffer.AsSpan(0, read));
                lock (_received)
                    _received.AddRange(buffer.AsSpan(0, read));
                while (StrictRequest.Read([.. pending]) is { } found)
                {
                    pending.RemoveRange(0, found.Length);
                    _requests.Writer.TryWrite(found.Request);
                    await socket.SendAsync(Answer, _stop.Token);
                }
            }
        }
        catch (FormatException exception)
        {
            lock (_received)
                _findings.Add($"{exception.Message}: {Encoding.Latin1.GetString([.. pending])}");
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The proxy cuts the connection of a request it gives up.
        }
    }
}
