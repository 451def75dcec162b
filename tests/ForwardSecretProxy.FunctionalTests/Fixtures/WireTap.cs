using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A passive listener on the wire between a client and a server: it relays one or more connections unchanged and
/// writes what it saw as a capture file, which needs no privilege and loses no packet.
/// </summary>
internal sealed class WireTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _relays = [];
    private readonly CaptureFile _capture;
    private readonly int _target;
    private readonly Task _accepting;

    /// <summary>Starts to relay to <paramref name="target"/> on 127.0.0.1.</summary>
    public WireTap(int target, string captureFile)
    {
        _target = target;
        _capture = new CaptureFile(captureFile);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect instead.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Waits for the connections that were relayed to end, and completes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_relays).WaitAsync(TimeSpan.FromSeconds(15));
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await _capture.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // Stopped by the owner.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var flow = _capture.NewFlow(((IPEndPoint)client.Client.RemoteEndPoint!).Port, _target);
            await Task.WhenAll(
                CopyAsync(client.GetStream(), server.GetStream(), data => flow.Write(fromClient: true, data.Span)),
                CopyAsync(server.GetStream(), client.GetStream(), data => flow.Write(fromClient: false, data.Span)));
        }
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Action<ReadOnlyMemory<byte>> record)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer)) > 0)
            {
                record(buffer.AsMemory(0, count));
                await to.WriteAsync(buffer.AsMemory(0, count));
            }

            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // One side reset the connection; the other side shall notice.
            to.Socket.Close(0);
        }
    }
}
