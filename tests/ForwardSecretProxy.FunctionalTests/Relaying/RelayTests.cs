using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>Bytes from client to backend and back, whole, in order, and at the pace of the slower side.</summary>
[Collection(RelayingProxy.Name)]
public sealed class RelayTests(RelayTests.Fixture relay) : IClassFixture<RelayTests.Fixture>
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>A relay over TCP and one over a UNIX socket.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        internal RelayProxy Proxy { get; } = new(proxy);

        internal string RootPath => proxy.RootPath;

        internal TcpBackend Backend { get; } = new();

        internal TcpBackend UnixBackend { get; private set; } = null!;

        internal int Port { get; private set; }

        internal int UnixPort { get; private set; }

        /// <inheritdoc/>
        public Task InitializeAsync()
        {
            UnixBackend = new TcpBackend(new UnixDomainSocketEndPoint(Proxy.Directory.File("backend.sock")));
            Port = Proxy.Listen("tcp", "tcp", Backend.Address);
            UnixPort = Proxy.Listen("unix", "tcp", UnixBackend.Address);
            return Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            Backend.Dispose();
            UnixBackend.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Relay_BothWaysAtOnce_EveryByteArrives(bool isUnix)
    {
        const int size = 32 * Mebibyte;
        var (client, backend) = await EstablishAsync(isUnix);
        await using var _ = client;
        await using var __ = backend;

        var up = SendAsync(client, size, client.ShutdownAsync);
        var down = SendAsync(backend, size, () =>
        {
            backend.Finish();
            return Task.CompletedTask;
        });
        var received = await Task.WhenAll(ReceiveAsync(backend), ReceiveAsync(client)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((size, await up), received[0]);
        Assert.Equal((size, await down), received[1]);
    }

    [Theory]
    [InlineData("-tls1_3")]
    [InlineData("-tls1_2")]
    public async Task Relay_OpenSslsClient_IsAnswered(string version)
    {
        var report = OpenSslClient.RunAsync(relay.Port, "-quiet " + version, "a question\n");
        await using var backend = await relay.Backend.AcceptAsync();
        await backend.HearAsync("a question\n");
        await backend.SayAsync("an answer\n");
        backend.Dispose();

        Assert.Contains("an answer\n", (await report).Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relay_Curl_SpeaksHttpThroughTcp()
    {
        var answer = Curl.GetAsync(relay.Port, "/x", "--cacert", relay.RootPath, "--http1.1");
        await using var backend = await relay.Backend.AcceptAsync();
        await backend.HearAsync("GET /x HTTP/1.1\r\n");
        await backend.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");

        var result = await answer;
        Assert.True(result is { ExitCode: 0, Output: "hi" }, result.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HalfClose_ByTheClient_LeavesTheBackendItsSay(bool isUnix)
    {
        var (client, backend) = await EstablishAsync(isUnix);
        await using var _ = client;
        await client.SayAsync("question");
        await client.ShutdownAsync();

        Assert.Equal("question", await backend.HearAllAsync());
        await backend.SayAsync("answer");
        backend.Dispose();
        Assert.Equal("answer", await client.HearAllAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HalfClose_ByTheBackend_LeavesTheClientItsSay(bool isUnix)
    {
        var (client, backend) = await EstablishAsync(isUnix);
        await using var _ = backend;
        await backend.SayAsync("all that I have");
        backend.Finish();

        Assert.Equal("all that I have", await client.HearAllAsync());
        await client.SayAsync("and I ");
        await client.SayAsync("this");
        await client.DisposeAsync();
        Assert.Equal("and I this", await backend.HearAllAsync());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Close_ByTheBackendAfterMuch_LosesNothing(SslProtocols version)
    {
        const int size = 8 * Mebibyte;
        await using var client = await RelayClient.ConnectAsync(
            relay.Port, change: options => options.EnabledSslProtocols = version);
        var backend = await relay.Backend.AcceptAsync();

        var sent = SendAsync(backend, size, () => backend.DisposeAsync().AsTask());

        var received = await ReceiveAsync(client);
        Assert.Equal((size, await sent), received);
    }

    [Fact]
    public async Task Close_ByTheBackendWithUnreadInput_LosesNothingThatItSaid()
    {
        for (var i = 0; i < 20; i++)
        {
            var (client, backend) = await EstablishAsync();
            await using var _ = client;
            // More than it will read: its close resets the connection, and its last words are on the way.
            await client.SayAsync(new string('x', 100_000));
            await backend.ReadExactlyAsync(new byte[1]);
            await backend.SayAsync("last words");
            backend.Dispose();

            Assert.Equal("last words", await client.HearAllAsync());
        }
    }

    [Fact]
    public async Task Close_ByTheClientAfterMuch_LosesNothing()
    {
        const int size = 8 * Mebibyte;
        var (client, backend) = await EstablishAsync();
        await using var _ = backend;

        var sent = SendAsync(client, size, () => client.DisposeAsync().AsTask());

        var received = await ReceiveAsync(backend);
        Assert.Equal((size, await sent), received);
    }

    [Fact]
    public async Task Reset_ByTheClient_EndsTheBackendsConnection()
    {
        await using var connection = new NetworkStream(await Clients.FrontFixture.ConnectAsync(relay.Port), ownsSocket: true);
        var client = await RelayClient.ShakeHandsAsync(connection);
        await using var backend = await relay.Backend.AcceptAsync();
        await client.SayAsync("hello");
        await backend.HearAsync("hello");

        connection.Reset();

        await backend.HearTheEndAsync();
    }

    [Fact]
    public async Task Reset_ByTheBackend_EndsTheClientsConnection()
    {
        var (client, backend) = await EstablishAsync();
        await using var _ = client;

        backend.Reset();

        await client.HearTheEndAsync();
    }

    [Fact]
    public async Task BackPressure_ClientThatDoesNotRead_HoldsTheBackendUpAndLosesNothing()
    {
        var (client, backend) = await EstablishAsync();
        await using var _ = client;

        await AssertHeldUpAsync(backend, client, () =>
        {
            backend.Finish();
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task BackPressure_BackendThatDoesNotRead_HoldsTheClientUpAndLosesNothing()
    {
        var (client, backend) = await EstablishAsync();
        await using var _ = backend;

        await AssertHeldUpAsync(client, backend, client.ShutdownAsync);
    }

    /// <summary>Sends until nothing more is taken, sees that this is soon, and then reads it all.</summary>
    private async Task AssertHeldUpAsync(Stream sender, Stream reader, Func<Task> endAsync)
    {
        // What two connections' kernel buffers hold, and what the proxy itself does: no more than a buffer each way.
        var most = (2 * SocketBuffers.Most) + Mebibyte;
        var before = relay.Proxy.Process.ResidentBytes();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = RandomNumberGenerator.GetBytes(64 * 1024);
        long count = 0;
        var isEnough = false;
        var sending = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isEnough) && count <= 4 * most)
            {
                await sender.WriteAsync(chunk);
                hash.AppendData(chunk);
                Interlocked.Add(ref count, chunk.Length);
            }
        });

        for (long seen = -1; seen != Interlocked.Read(ref count) && !sending.IsCompleted; await Task.Delay(250))
            seen = Interlocked.Read(ref count);

        Assert.False(sending.IsCompleted, "It sends on and on.");
        Assert.InRange(count, chunk.Length, most);
        Assert.InRange(relay.Proxy.Process.ResidentBytes() - before, long.MinValue, 8 * Mebibyte);

        Volatile.Write(ref isEnough, true);
        var received = ReceiveAsync(reader);
        await sending.WaitAsync(TimeSpan.FromSeconds(20));
        await endAsync();
        Assert.Equal((count, Convert.ToHexString(hash.GetHashAndReset())), await received.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private async Task<(SslStream Client, NetworkStream Backend)> EstablishAsync(bool isUnix = false) => (
        await RelayClient.ConnectAsync(isUnix ? relay.UnixPort : relay.Port),
        await (isUnix ? relay.UnixBackend : relay.Backend).AcceptAsync());

    /// <summary>Sends random bytes in pieces of all sizes; gives their digest.</summary>
    private static async Task<string> SendAsync(Stream stream, int size, Func<Task> endAsync)
    {
        await Task.Yield();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(1);
        var buffer = new byte[256 * 1024];
        for (var left = size; left > 0;)
        {
            var piece = buffer.AsMemory(0, Math.Min(left, random.Next(1, buffer.Length)));
            random.NextBytes(piece.Span);
            hash.AppendData(piece.Span);
            await stream.WriteAsync(piece);
            left -= piece.Length;
        }

        await endAsync();
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task<(long Size, string Digest)> ReceiveAsync(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        long size = 0;
        for (int count; (count = await stream.ReadAsync(buffer)) > 0; size += count) hash.AppendData(buffer.AsSpan(0, count));
        return (size, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
