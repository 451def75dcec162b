using System.Diagnostics;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>Relays through reloads and to the end of the process, and what they leave behind.</summary>
[Collection(RelayingProxy.Name)]
public sealed class LifecycleTests(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly RelayProxy _relay = new(proxy);
    private readonly TcpBackend _backend = new();
    private readonly TcpBackend _other = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _relay.DisposeAsync().AsTask();

    public void Dispose()
    {
        _backend.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Reload_BackendThenProtocolChangedThenListenerGone_OpenRelaysGoOn()
    {
        var port = await StartAsync();
        await using var first = await RelayClient.ConnectAsync(port);
        await using var firstBackend = await _backend.AcceptAsync();
        await RelayClient.AssertRelayedAsync(first, firstBackend);

        _relay.With("Listeners:tcp:Backend", _other.Address);
        await _relay.ReloadAsync();
        await using var second = await RelayClient.ConnectAsync(port);
        await using var secondBackend = await _other.AcceptAsync();
        await RelayClient.AssertRelayedAsync(second, secondBackend);
        await RelayClient.AssertRelayedAsync(first, firstBackend);

        _relay.With("Listeners:tcp:Protocol", "imap");
        await _relay.ReloadAsync();
        await using var third = await RelayClient.ConnectAsync(port, change: RelayClient.Offering("imap"));
        await using var thirdBackend = await _other.AcceptAsync();
        Assert.Equal("imap", third.NegotiatedApplicationProtocol.ToString());
        await RelayClient.AssertRelayedAsync(first, firstBackend);

        _relay.Remove("tcp");
        await _relay.ReloadAsync();
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => RelayClient.ConnectAsync(port));
        await RelayClient.AssertRelayedAsync(first, firstBackend);
        await RelayClient.AssertRelayedAsync(second, secondBackend);
        Assert.False(_backend.HasConnection);
        foreach (var end in (Stream[])[first, firstBackend, second, secondBackend, third, thirdBackend]) await end.DisposeAsync();
        Assert.Equal(0, await _relay.Process.StopAsync());
        await AssertEndedAsync();
    }

    [Fact]
    public async Task Terminate_RelayInProgress_MayFinish()
    {
        var port = await StartAsync(drain: "20s");
        await using var client = await RelayClient.ConnectAsync(port);
        await using var backend = await _backend.AcceptAsync();
        await RelayClient.AssertRelayedAsync(client, backend);

        await _relay.Process.SignalAsync("TERM");
        await _relay.Process.WaitForLineAsync(line => line.Contains("Stopping", StringComparison.Ordinal));
        // Longer than those get that have nothing to say, in HTTP.
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(1.2); await Task.Delay(100))
            await RelayClient.AssertRelayedAsync(client, backend);
        await client.SayAsync("the end");
        await client.ShutdownAsync();
        Assert.Equal("the end", await backend.HearAllAsync());
        await backend.SayAsync("of it");
        await backend.DisposeAsync();
        Assert.Equal("of it", await client.HearAllAsync());

        await AssertEndedAsync();
    }

    [Fact]
    public async Task Terminate_RelaysThatGoOn_AreCutAfterTheirTime()
    {
        var port = await StartAsync(drain: "1s");
        await using var client = await RelayClient.ConnectAsync(port);
        await using var backend = await _backend.AcceptAsync();
        await using var silentClient = await RelayClient.ConnectAsync(port);
        await using var silentBackend = await _backend.AcceptAsync();
        var begun = Stopwatch.GetTimestamp();
        await _relay.Process.SignalAsync("TERM");

        // One is in the middle of much, and its client does not read.
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true) await backend.WriteAsync(new byte[1 << 20]).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        });
        await Task.WhenAll(silentClient.HearTheEndAsync(), silentBackend.HearTheEndAsync());

        await AssertEndedAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Terminate_MailSessions_EndWhenNobodyWaitsForAnAnswer()
    {
        var pop3 = _relay.Listen("pop3", "pop3", _other.Address);
        await StartAsync(drain: "5m");
        var sessions = new List<(Stream Client, Stream Backend)>();
        for (var i = 0; i < 2; i++)
        {
            var client = await RelayClient.ConnectAsync(pop3);
            var backend = await _other.AcceptAsync();
            await backend.SayAsync("+OK\r\n");
            await client.HearAsync("+OK\r\n");
            sessions.Add((client, backend));
        }

        var ((idle, idleBackend), (busy, busyBackend)) = (sessions[0], sessions[1]);
        await busy.SayAsync("USER a\r\n");
        await busyBackend.HearAsync("USER a\r\n");
        await _relay.Process.SignalAsync("TERM");

        Assert.Equal("", await idle.HearAllAsync());
        Assert.Equal("", await idleBackend.HearAllAsync());
        await busyBackend.SayAsync("+OK a\r\n");
        await busy.HearAsync("+OK a\r\n");
        Assert.Equal("", await busy.HearAllAsync());

        await AssertEndedAsync();
        foreach (var end in (Stream[])[idle, idleBackend, busy, busyBackend]) await end.DisposeAsync();
    }

    [Fact]
    public async Task Connections_ManyShortOnes_LeaveNothing()
    {
        const int few = 50, many = 500;
        var port = await StartAsync();
        _ = _backend.EchoAsync();
        await RunAsync(port, few);
        await _relay.WaitForMetricAsync("fsp_relay_connections_open", "tcp", 0);
        var before = _relay.Process.Descriptors();

        await RunAsync(port, many);

        await _relay.WaitForMetricAsync("fsp_relay_connections_open", "tcp", 0);
        for (var end = DateTime.UtcNow.AddSeconds(20); _relay.Process.Descriptors() > before; await Task.Delay(50))
            Assert.True(DateTime.UtcNow < end, $"{_relay.Process.Descriptors()} descriptors, before {before}");
        Assert.Equal(few + many, await _relay.ReadMetricAsync("fsp_relay_connections_total", "tcp"));
        Assert.Equal(0, await _relay.Process.StopAsync());
        await AssertEndedAsync();
    }

    [Fact]
    public async Task Metrics_WhatWasRelayed_IsCounted()
    {
        var nobody = _relay.Listen("nobody", "pop3", new JsonArray("127.0.0.1:1", "127.0.0.2:1"), ("HealthCheck", "none"));
        var port = await StartAsync();
        await using (var client = await RelayClient.ConnectAsync(port))
        await using (var backend = await _backend.AcceptAsync())
        {
            await client.SayAsync(new string('a', 100_000));
            await backend.HearAsync(new string('a', 100_000));
            await backend.SayAsync("four");
            await client.HearAsync("four");
            Assert.Equal(1, await _relay.ReadMetricAsync("fsp_relay_connections_open", "tcp"));
        }

        await using (var client = await RelayClient.ConnectAsync(nobody))
            Assert.StartsWith("-ERR", await client.HearAllAsync(), StringComparison.Ordinal);
        await _relay.WaitForMetricAsync("fsp_relay_connections_open", "tcp", 0);

        const string protocol = "fsp_relay_protocol=\"tcp\"";
        Assert.Equal(1, await _relay.ReadMetricAsync("fsp_relay_connections_total", "tcp", protocol));
        Assert.Equal(100_000, await _relay.ReadMetricAsync("fsp_relay_bytes_total", "tcp", "fsp_relay_from=\"client\""));
        Assert.Equal(4, await _relay.ReadMetricAsync("fsp_relay_bytes_total", "tcp", "fsp_relay_from=\"backend\""));
        Assert.Equal(0, await _relay.ReadMetricAsync("fsp_relay_backend_failures_total", "tcp"));
        Assert.Equal(2, await _relay.ReadMetricAsync("fsp_relay_backend_failures_total", "nobody", "fsp_relay_protocol=\"pop3\""));
        Assert.Equal(1, await _relay.ReadMetricAsync("fsp_relay_connections_total", "nobody"));
        Assert.Equal(0, await _relay.ReadMetricAsync("fsp_relay_bytes_total", "nobody", "fsp_relay_from=\"client\""));
    }

    private async Task<int> StartAsync(string drain = "5s")
    {
        var port = _relay.Listen("tcp", "tcp", _backend.Address);
        _relay.With("Limits:DrainTimeout", drain);
        await _relay.StartAsync();
        return port;
    }

    private async Task AssertEndedAsync()
    {
        Assert.Equal(0, await _relay.Process.WaitForExitAsync());
        Assert.Contains(_relay.Process.Lines, line => line.Contains("Stopped; 0 TLS connections are left", StringComparison.Ordinal));
        Assert.DoesNotContain(_relay.Process.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }

    /// <summary>Short connections that end in each way: in good order, by a cut, before a word, in the middle of much.</summary>
    private static async Task RunAsync(int port, int count)
    {
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var connection = new System.Net.Sockets.NetworkStream(await Clients.FrontFixture.ConnectAsync(port), ownsSocket: true);
            await using var client = await RelayClient.ShakeHandsAsync(connection);
            switch (i % 4)
            {
                case 0:
                    await client.SayAsync("hello");
                    await client.ShutdownAsync();
                    Assert.Equal("hello", await client.HearAllAsync());
                    break;
                case 1:
                    await client.SayAsync("hello");
                    await client.HearAsync("hello");
                    break;
                case 2:
                    await client.WriteAsync(new byte[100_000], CancellationToken.None);
                    connection.Reset();
                    break;
            }
        });
    }
}
