using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>A backend's connection against .NET's own sockets on the other side.</summary>
public sealed class PolledSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PolledSocketTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Write_MoreThanTheBuffersHold_ArrivesWholeWhileReadingGoesOn()
    {
        var (near, far) = await ConnectAsync();
        using var ownedNear = near;
        using var ownedFar = far;
        var sent = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);

        var writing = near.WriteAsync(sent, default).AsTask();
        var echo = EchoAsync(far, sent.Length);
        var received = new byte[sent.Length];
        for (var count = 0; count < received.Length;)
            count += await near.ReadAsync(received.AsMemory(count), default).AsTask().WaitAsync(Patience);

        await writing.WaitAsync(Patience);
        await echo;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Read_EmptyBuffer_WaitsForDataAndTakesNone()
    {
        var (near, far) = await ConnectAsync();
        using var ownedNear = near;
        using var ownedFar = far;
        var waiting = near.ReadAsync(Memory<byte>.Empty, default).AsTask();
        Assert.False(waiting.IsCompleted);

        await far.SendAsync("x"u8.ToArray());

        Assert.Equal(0, await waiting.WaitAsync(Patience));
        Assert.Equal(1, await near.ReadAsync(new byte[8], default).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_OtherSideShutsDown_IsTheEndAndWritingGoesOn()
    {
        var (near, far) = await ConnectAsync();
        using var ownedNear = near;
        using var ownedFar = far;
        far.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await near.ReadAsync(new byte[8], default).AsTask().WaitAsync(Patience));
        await near.WriteAsync("still here"u8.ToArray(), default);
        near.Shutdown();
        var buffer = new byte[16];
        Assert.Equal(10, await far.ReceiveAsync(buffer).WaitAsync(Patience));
        Assert.Equal(0, await far.ReceiveAsync(buffer).WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_ConnectionReset_Throws()
    {
        var (near, far) = await ConnectAsync();
        using var ownedNear = near;
        var reading = near.ReadAsync(new byte[8], default).AsTask();

        far.Close(0);

        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_Cancelled_Throws()
    {
        var (near, far) = await ConnectAsync();
        using var ownedNear = near;
        using var ownedFar = far;
        using var stop = new CancellationTokenSource();
        var reading = near.ReadAsync(new byte[8], stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
    }

    [Fact]
    public async Task Dispose_WhileReadingAndAfter_Throws()
    {
        var (near, far) = await ConnectAsync();
        using var ownedFar = far;
        var reading = near.ReadAsync(new byte[8], default).AsTask();

        near.Dispose();
        near.Dispose();

        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Patience));
        await Assert.ThrowsAsync<IOException>(async () => await near.WriteAsync("x"u8.ToArray(), default));
        Assert.Equal(0, await far.ReceiveAsync(new byte[1]).WaitAsync(Patience));
    }

    [Fact]
    public async Task Connect_NobodyListens_IsRefused()
    {
        var address = (IPEndPoint)_listener.LocalEndpoint;
        _listener.Stop();

        var refusal = await Assert.ThrowsAsync<SocketException>(
            async () => await PolledSocket.ConnectAsync(address, default).AsTask().WaitAsync(Patience));

        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
    }

    [Fact]
    public async Task Connect_Cancelled_ConnectsNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await PolledSocket.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, new CancellationToken(canceled: true)));
        Assert.False(_listener.Pending());
    }

    private async Task<(PolledSocket Near, Socket Far)> ConnectAsync()
    {
        var near = await PolledSocket.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, default);
        return (near, await _listener.AcceptSocketAsync().WaitAsync(Patience));
    }

    private static async Task EchoAsync(Socket socket, int length)
    {
        var buffer = new byte[64 * 1024];
        for (var count = 0; count < length;)
        {
            var received = await socket.ReceiveAsync(buffer).WaitAsync(Patience);
            Assert.NotEqual(0, received);
            count += received;
            for (var sent = 0; sent < received;) sent += await socket.SendAsync(buffer.AsMemory(sent, received - sent)).AsTask().WaitAsync(Patience);
        }
    }
}
