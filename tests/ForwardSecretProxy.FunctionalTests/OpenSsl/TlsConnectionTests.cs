using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>Reading, writing and closing on one connection, with .NET's own client at the other end.</summary>
[Collection("engine")]
public sealed class TlsConnectionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    public async Task Session_AfterTheHandshake_SaysWhatWasAgreedOn(SslProtocols version, string name)
    {
        var (client, connection) = await _server.EstablishAsync(version);
        await using var ownedClient = client;
        using var ownedConnection = connection;

        Assert.Equal(name, connection.Session!.Version);
        Assert.Equal(client.NegotiatedCipherSuite.ToString(), connection.Session.CipherSuite);
        Assert.Equal("ecdsa_secp256r1_sha256", connection.Session.SignatureScheme);
        Assert.Equal("localhost", connection.Session.ServerName);
        Assert.Contains(connection.Session.Group, TlsPolicy.KnownGroups);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Data_BothWaysAtOnce_ArrivesByteForByte(SslProtocols version)
    {
        const int size = 8 * 1024 * 1024;
        var (client, connection) = await _server.EstablishAsync(version);
        await using var ownedClient = client;
        using var ownedConnection = connection;
        var down = RandomNumberGenerator.GetBytes(size);
        var up = RandomNumberGenerator.GetBytes(size);

        var sendDown = connection.WriteAsync(down).AsTask();
        var sendUp = client.WriteAsync(up).AsTask();
        var receivedUp = ReadAsync(connection, size);
        var receivedDown = new byte[size];
        await client.ReadExactlyAsync(receivedDown).AsTask().WaitAsync(Patience);

        Assert.True(await sendDown.WaitAsync(Patience));
        await sendUp.WaitAsync(Patience);
        Assert.Equal(SHA256.HashData(up), SHA256.HashData(await receivedUp.WaitAsync(Patience)));
        Assert.Equal(SHA256.HashData(down), SHA256.HashData(receivedDown));
    }

    [Fact]
    public async Task Read_ClientHasSentCloseNotify_IsTheEndAndWritingGoesOn()
    {
        var (client, connection) = await _server.EstablishAsync();
        await using var ownedClient = client;
        using var ownedConnection = connection;
        await client.ShutdownAsync();

        Assert.Equal(0, await connection.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        Assert.False(connection.IsTruncated);
        Assert.True(await connection.WriteAsync("still here"u8.ToArray()));
        var buffer = new byte[16];
        Assert.Equal(10, await client.ReadAsync(buffer).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Read_StreamEndsWithoutCloseNotify_IsMarkedAsTruncated()
    {
        var (client, connection, socket) = await EstablishOnSocketAsync();
        await using var ownedClient = client;
        using var ownedConnection = connection;
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await connection.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        Assert.True(connection.IsTruncated);
    }

    [Fact]
    public async Task Read_ConnectionReset_IsMarkedAsTruncatedAndReported()
    {
        var (_, connection, socket) = await EstablishOnSocketAsync();
        using var ownedConnection = connection;
        var gone = new TaskCompletionSource();
        connection.OnPeerGone(gone.SetResult);
        var reading = connection.ReadAsync(new byte[1]).AsTask();

        socket.Close(0);

        Assert.Equal(0, await reading.WaitAsync(Patience));
        Assert.True(connection.IsTruncated);
        await gone.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_AfterAConnectionThatJustEnded_Succeeds(bool closeNotify)
    {
        // As browsers leave: without a close_notify. The client shows the newest ticket.
        var options = EngineServer.ClientOptions();
        options.AllowTlsResume = true;

        Assert.False(await VisitAsync(options, closeNotify));
        Assert.True(await VisitAsync(options, closeNotify));
    }

    [Fact]
    public async Task Read_MoreAndMoreThatIsThere_LeavesThePollerToOthers()
    {
        var (client, connection) = await _server.EstablishAsync();
        await using var ownedClient = client;
        using var ownedConnection = connection;
        var reading = ReadUntilInThePoolAsync(connection);

        await client.WriteAsync(new byte[200_000]);

        // From the poller's thread, where the first byte arrived, to the pool's, without ever having had to wait.
        var (first, last) = await reading.WaitAsync(Patience);
        Assert.Equal("fsp socket poller", first);
        Assert.NotEqual("fsp socket poller", last);
    }

    [Fact]
    public async Task Read_Cancelled_CanGoOnLater()
    {
        var (client, connection) = await _server.EstablishAsync();
        await using var ownedClient = client;
        using var ownedConnection = connection;
        using var stop = new CancellationTokenSource();
        var reading = connection.ReadAsync(Memory<byte>.Empty, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
        await client.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await connection.ReadAsync(new byte[4]).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Close_SaysCloseNotifyBeforeTheStreamEnds()
    {
        var (client, connection) = await _server.EstablishAsync();
        await using var ownedClient = client;
        Assert.True(await connection.WriteAsync("bye"u8.ToArray()));
        var closing = connection.CloseAsync().AsTask();

        var buffer = new byte[8];
        Assert.Equal(3, await client.ReadAsync(buffer).AsTask().WaitAsync(Patience));
        // .NET's client gives 0 for a close_notify and throws for a stream that just ends.
        Assert.Equal(0, await client.ReadAsync(buffer).AsTask().WaitAsync(Patience));
        await client.DisposeAsync();
        await closing.WaitAsync(Patience);
    }

    [Fact]
    public async Task Handshake_ClientSaysNothing_EndsAtTheTimeLimit()
    {
        using var server = new EngineServer(TlsPolicy.Intermediate with { Limits = new() { Timeout = TimeSpan.FromMilliseconds(300) } });
        using var silent = await server.ConnectAsync();
        using var connection = await server.AcceptAsync();

        Assert.Equal(TlsHandshakeOutcome.TimedOut, (await connection.HandshakeAsync().AsTask().WaitAsync(Patience)).Outcome);
    }

    [Fact]
    public async Task Abort_AtAnyStageFromAnotherThread_LeaksNothing()
    {
        // Each round is cut at another, random, moment, from before the ClientHello to long after the handshake.
        var random = new Random(20261124);
        for (var round = 0; round < 400; round++)
        {
            var client = new SslStream(new NetworkStream(await _server.ConnectAsync(), ownsSocket: true));
            var connection = await _server.AcceptAsync();
            var serving = ServeAsync(connection);
            var talking = TalkAsync(client);
            for (var spins = random.Next(2_000); spins > 0; spins--) Thread.SpinWait(100);
            connection.Abort();
            await serving.WaitAsync(Patience);
            await client.DisposeAsync();
            await talking.WaitAsync(Patience);
        }

        Assert.Equal(0, _server.Signer.LiveLeases);
        Assert.Equal(0, TlsServer.LiveConnections);

        static async Task ServeAsync(TlsConnection connection)
        {
            if ((await connection.HandshakeAsync()).Outcome == TlsHandshakeOutcome.Completed)
            {
                var buffer = new byte[1024];
                int read;
                while ((read = await connection.ReadAsync(buffer)) > 0 && await connection.WriteAsync(buffer.AsMemory(0, read)))
                {
                }
            }

            await connection.CloseAsync();
        }

        static async Task TalkAsync(SslStream client)
        {
            try
            {
                await client.AuthenticateAsClientAsync(EngineServer.ClientOptions());
                var buffer = new byte[1024];
                while (true)
                {
                    await client.WriteAsync(buffer);
                    if (await client.ReadAsync(buffer) == 0) return;
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or AuthenticationException or InvalidOperationException)
            {
                // Cut off, as intended.
            }
        }
    }

    [Fact]
    public void Process_HasOneCopyOfEachLibrary()
    {
        Assert.Single(NativeLibraries.LoadedCopies("libssl.so"));
        Assert.Single(NativeLibraries.LoadedCopies("libcrypto.so"));
        // The control: what is not loaded is not counted.
        Assert.Empty(NativeLibraries.LoadedCopies("libnothing.so"));
    }

    /// <summary>One connection with an answer on it, closed by the client; tells whether it was resumed.</summary>
    private async Task<bool> VisitAsync(SslClientAuthenticationOptions options, bool closeNotify)
    {
        using var socket = await _server.ConnectAsync();
        await using var client = new SslStream(new NetworkStream(socket));
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);

        Assert.True(await connection.WriteAsync("x"u8.ToArray()));
        Assert.Equal(1, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        if (closeNotify) await client.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Both);
        Assert.Equal(0, await connection.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        Assert.Equal(!closeNotify, connection.IsTruncated);
        return connection.Session!.Resumed;
    }

    private async Task<(SslStream Client, TlsConnection Server, Socket Socket)> EstablishOnSocketAsync()
    {
        var socket = await _server.ConnectAsync();
        var client = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        await client.AuthenticateAsClientAsync(EngineServer.ClientOptions()).WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
        return (client, connection, socket);
    }

    private static async Task<(string? First, string? Last)> ReadUntilInThePoolAsync(TlsConnection connection)
    {
        var buffer = new byte[1];
        await connection.ReadAsync(buffer).ConfigureAwait(false);
        var first = Thread.CurrentThread.Name;
        var last = first;
        for (var i = 1; i < 100_000 && last == first; i++)
        {
            // Some work with every byte, so that the turn is over before the bytes are.
            Thread.SpinWait(1000);
            await connection.ReadAsync(buffer).ConfigureAwait(false);
            last = Thread.CurrentThread.Name;
        }

        return (first, last);
    }

    private static async Task<byte[]> ReadAsync(TlsConnection connection, int size)
    {
        var received = new byte[size];
        var count = 0;
        while (count < size && await connection.ReadAsync(received.AsMemory(count)) is var read and > 0) count += read;
        return received[..count];
    }
}
