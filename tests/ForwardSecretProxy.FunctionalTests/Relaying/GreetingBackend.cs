using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>A service that greets whoever connects, as it is told to, and keeps what it hears.</summary>
internal sealed class GreetingBackend : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly int _port;
    private TcpListener? _listener;

    /// <summary>Begins to listen.</summary>
    public GreetingBackend(string greeting)
    {
        Greeting = greeting;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start(512);
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = ServeAsync(_listener);
    }

    /// <summary>As it stands in the configuration.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>What it says; when it is empty it says nothing, and waits.</summary>
    public string Greeting { get; set; }

    /// <summary>What each connection has said that is over.</summary>
    public IReadOnlyCollection<string> Heard => _heard;

    /// <summary>Connections that are open or over.</summary>
    public int Connections { get; private set; }

    /// <summary>Refuses connections from now on.</summary>
    public void Stop() => _listener!.Stop();

    /// <summary>Takes them again.</summary>
    public void Start()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Start(512);
        _ = ServeAsync(_listener);
    }

    /// <summary>Waits until somebody has come and gone who said just this.</summary>
    public async Task WaitUntilHeardAsync(string said)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); !_heard.Contains(said); await Task.Delay(10))
            Assert.True(DateTime.UtcNow < end, $"Heard: {string.Join('|', _heard.Distinct())}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _listener!.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_end.Token);
                Connections++;
                _ = ServeAsync(client, Greeting);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client, string greeting)
    {
        using var connection = client;
        var stream = connection.GetStream();
        var heard = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(greeting), _end.Token);
            await stream.CopyToAsync(heard, _end.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The other side went away, or the test is over.
        }

        _heard.Enqueue(Encoding.Latin1.GetString(heard.ToArray()));
    }
}
