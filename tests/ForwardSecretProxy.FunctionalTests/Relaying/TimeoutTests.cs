using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>How long silence lasts, and a backend that does not answer.</summary>
[Collection(RelayingProxy.Name)]
public sealed class TimeoutTests(TimeoutTests.Fixture relay) : IClassFixture<TimeoutTests.Fixture>
{
    /// <summary>Relays with the shortest idle time-out, and one behind a backend that swallows connections.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        internal RelayProxy Proxy { get; } = new(proxy);

        internal TcpBackend Backend { get; } = new();

        internal TcpBackend Next { get; } = new();

        internal FullBackend Full { get; } = new();

        internal int Idle { get; private set; }

        internal int FailOver { get; private set; }

        internal int Swallowed { get; private set; }

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            await Full.FillAsync();
            Idle = Proxy.Listen("idle", "tcp", Backend.Address, ("IdleTimeout", "1s"));
            FailOver = Proxy.Listen("fail-over", "tcp", new JsonArray(Full.Address, Next.Address),
                ("ConnectTimeout", "1s"), ("HealthCheck", "none"));
            Swallowed = Proxy.Listen("swallowed", "tcp", Full.Address, ("ConnectTimeout", "500ms"));
            await Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            Backend.Dispose();
            Next.Dispose();
            Full.Dispose();
        }
    }

    [Fact]
    public async Task Idle_NothingMoves_BothSidesAreClosed()
    {
        var (silent, hasSpoken, heldUp) = (await EstablishAsync(), await EstablishAsync(), await EstablishAsync());
        await RelayClient.AssertRelayedAsync(hasSpoken.Client, hasSpoken.Backend);
        var begun = Stopwatch.GetTimestamp();

        await Task.WhenAll(
            silent.Client.HearTheEndAsync(), silent.Backend.HearTheEndAsync(),
            hasSpoken.Client.HearTheEndAsync(), hasSpoken.Backend.HearTheEndAsync(),
            // Its client does not read what the backend sends.
            Assert.ThrowsAsync<IOException>(() => SendForeverAsync(heldUp.Backend)));

        // It is looked at once a second.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        foreach (var (client, backend) in ((Stream, Stream)[])[silent, hasSpoken, heldUp])
        {
            await client.DisposeAsync();
            await backend.DisposeAsync();
        }
    }

    [Fact]
    public async Task Idle_OneSideSpeaks_IsKeptOpen()
    {
        var (downClient, downBackend) = await EstablishAsync();
        var (upClient, upBackend) = await EstablishAsync();

        // Longer than what closes a silent one: twice the time-out, and the second until it is noticed.
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3);)
        {
            await Task.Delay(200);
            await downBackend.SayAsync("a");
            await downClient.HearAsync("a");
            await upClient.SayAsync("a");
            await upBackend.HearAsync("a");
        }

        await RelayClient.AssertRelayedAsync(downClient, downBackend);
        await RelayClient.AssertRelayedAsync(upClient, upBackend);
        foreach (var end in (Stream[])[downClient, downBackend, upClient, upBackend]) await end.DisposeAsync();
    }

    [Fact]
    public async Task Connect_BackendThatSwallowsIt_GoesToTheNext()
    {
        // In turn it is the first every other time.
        for (var i = 0; i < 2; i++)
        {
            await using var client = await RelayClient.ConnectAsync(relay.FailOver);
            await using var backend = await relay.Next.AcceptAsync();
            await RelayClient.AssertRelayedAsync(client, backend);
        }

        var line = await relay.Proxy.Process.WaitForLineAsync(each =>
            each.Contains("[3200]", StringComparison.Ordinal) && each.Contains("fail-over", StringComparison.Ordinal));
        Assert.Contains("ConnectTimeout", line, StringComparison.Ordinal);
        Assert.Contains(relay.Full.Address, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NobodyElseThere_IsClosedAfterItsTime()
    {
        var begun = Stopwatch.GetTimestamp();
        await using var client = await RelayClient.ConnectAsync(relay.Swallowed);

        await client.HearTheEndAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(5));
    }

    private async Task<(Stream Client, Stream Backend)> EstablishAsync() =>
        (await RelayClient.ConnectAsync(relay.Idle), await relay.Backend.AcceptAsync());

    private static async Task SendForeverAsync(Stream stream)
    {
        var much = new byte[1 << 20];
        while (true) await stream.WriteAsync(much).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>A service whose queue of connections is full: the kernel drops whoever else comes, without a word.</summary>
    internal sealed class FullBackend : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queued = [];

        /// <summary>As it stands in the configuration.</summary>
        public string Address => _listener.LocalEndPoint!.ToString()!;

        /// <summary>Connects until that is not answered any more.</summary>
        public async Task FillAsync()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            for (var isFull = false; !isFull;)
            {
                Assert.InRange(_queued.Count, 0, 16);
                _queued.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
                try
                {
                    await _queued[^1].ConnectAsync(_listener.LocalEndPoint!, patience.Token);
                }
                catch (OperationCanceledException)
                {
                    isFull = true;
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _queued.ForEach(each => each.Dispose());
            _listener.Dispose();
        }
    }
}
