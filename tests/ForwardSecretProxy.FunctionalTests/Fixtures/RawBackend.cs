using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A backend that answers every HTTP/1.1 request with the same bytes, right or wrong, and may close then. It holds its
/// answers back while <see cref="Hold"/> says so.
/// </summary>
internal sealed class RawBackend : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;
    private readonly bool _close;
    private int _open;
    private int _peak;

    /// <summary>Starts it.</summary>
    public RawBackend(string answer, bool close = false)
    {
        (_answer, _close) = (Encoding.Latin1.GetBytes(answer), close);
        _listener.Start(4096);
        _ = AcceptAsync();
    }

    /// <summary>Its address.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>Answers wait for this.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Connections that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The most that were open at once.</summary>
    public int Peak => Volatile.Read(ref _peak);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        var open = Interlocked.Increment(ref _open);
        for (var peak = Peak; open > peak && Interlocked.CompareExchange(ref _peak, open, peak) != peak;)
            peak = Peak;
        try
        {
            using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.Length > 0)
                    continue;
                await Hold;
                await connection.GetStream().WriteAsync(_answer);
                if (_close)
                    break;
            }
        }
        catch (IOException)
        {
            // The other side went away.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
