using System.Net.Security;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>Plaintext before the handshake: looked at, taken to the byte, and bounded by the handshake's time.</summary>
[Collection("engine")]
public sealed class PreludeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineServer _server =
        new(TlsPolicy.Intermediate with { Limits = new HandshakeLimits { Timeout = TimeSpan.FromSeconds(2) } });
    private readonly byte[] _buffer = new byte[4096];

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Skip_PreludeInOnePacketWithTheClientHello_LeavesTheClientHello()
    {
        using var socket = await _server.ConnectAsync();
        await using var client = new SslStream(new PrefixedStream(new NetworkStream(socket), "STARTTLS\r\n"u8.ToArray()));
        using var server = await _server.AcceptAsync();
        var shaking = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());

        var count = await PeekAsync(server, 0);
        while (count <= 10) count = await PeekAsync(server, count);
        Assert.Equal("STARTTLS\r\n"u8, _buffer.AsSpan(0, 10));
        Assert.True(server.Skip(10));

        Assert.Equal(TlsHandshakeOutcome.Completed, (await server.HandshakeAsync()).Outcome);
        await shaking.WaitAsync(Patience);
    }

    [Fact]
    public async Task Skip_PreludeAlone_LetsTheHandshakeComeLater()
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();
        await socket.SendAsync("a"u8.ToArray());
        Assert.Equal(1, await PeekAsync(server, 0));
        Assert.True(server.Skip(1));
        var handshake = server.HandshakeAsync();
        await using var client = new SslStream(new NetworkStream(socket));
        await client.AuthenticateAsClientAsync(EngineServer.ClientOptions()).WaitAsync(Patience);

        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
    }

    [Fact]
    public async Task Peek_AgainAndAgain_WaitsForMoreAndTakesNothing()
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();
        for (var i = 0; i < 5; i++)
        {
            var waiting = server.PeekAsync(_buffer, i).AsTask();
            Assert.False(waiting.IsCompleted);
            await socket.SendAsync("x"u8.ToArray());
            Assert.Equal(i + 1, await waiting.WaitAsync(Patience));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Peek_StreamEnds_IsTheEndWhateverWasSeen(int seen)
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();
        if (seen > 0)
        {
            await socket.SendAsync(new byte[seen]);
            Assert.Equal(seen, await PeekAsync(server, 0));
        }

        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await PeekAsync(server, seen));
    }

    [Fact]
    public async Task Peek_LastBytesTogetherWithTheEnd_AreStillSeen()
    {
        using var socket = await _server.ConnectAsync();
        await socket.SendAsync("abc"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        using var server = await _server.AcceptAsync();

        Assert.Equal(3, await PeekAsync(server, 0));
        Assert.Equal(0, await PeekAsync(server, 3));
    }

    [Fact]
    public async Task Skip_MoreThanThereIs_IsFalse()
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();
        await socket.SendAsync("abc"u8.ToArray());
        Assert.Equal(3, await PeekAsync(server, 0));

        Assert.False(server.Skip(4));
    }

    [Fact]
    public async Task Peek_Cancelled_GoesOnLater()
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();
        using var cancelled = new CancellationTokenSource();
        var waiting = server.PeekAsync(_buffer, 0, cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));

        await socket.SendAsync("abc"u8.ToArray());

        Assert.Equal(3, await PeekAsync(server, 0));
    }

    [Fact]
    public async Task Peek_TakesTooLong_IsTheEndOfTheHandshakeToo()
    {
        using var socket = await _server.ConnectAsync();
        using var server = await _server.AcceptAsync();

        Assert.Equal(0, await PeekAsync(server, 0));
        Assert.Equal(TlsHandshakeOutcome.TimedOut, (await server.HandshakeAsync()).Outcome);
    }

    private Task<int> PeekAsync(TlsConnection server, int seen) => server.PeekAsync(_buffer, seen).AsTask().WaitAsync(Patience);
}
