using ForwardSecretProxy.FunctionalTests.Clients;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>How many connections are relayed at once: of one client, and in all.</summary>
[Collection(RelayingProxy.Name)]
public sealed class LimitTests(ProxyFixture proxy) : IAsyncLifetime, IDisposable
{
    private readonly RelayProxy _relay = new(proxy);
    private readonly TcpBackend _backend = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _relay.DisposeAsync().AsTask();

    public void Dispose() => _backend.Dispose();

    [Fact]
    public async Task MaxConnectionsPerClient_OneMore_IsClosedUntilOneHasLeft()
    {
        const string greedy = "127.0.0.66";
        var port = await StartAsync("Limits:MaxConnectionsPerClient", 2);
        var (first, firstBackend) = await EstablishAsync(port, greedy);
        var (second, secondBackend) = await EstablishAsync(port, greedy);

        using (var third = await FrontFixture.ConnectAsync(port, greedy)) await FrontFixture.AssertClosedAsync(third);
        var (other, otherBackend) = await EstablishAsync(port, "127.0.0.67");
        await RelayClient.AssertRelayedAsync(first, firstBackend);
        await RelayClient.AssertRelayedAsync(second, secondBackend);

        await DisposeAllAsync(first, firstBackend, second, secondBackend, other, otherBackend);
        await AssertSoonServedAsync(port, greedy);
    }

    [Fact]
    public async Task MaxConnections_OneMore_IsClosedUntilOneHasLeft()
    {
        // Backends have as many, and each connection here has one of each.
        var port = await StartAsync("Limits:MaxConnections", 3);
        var ends = new List<Stream>();
        for (var i = 0; i < 3; i++)
        {
            var (client, backend) = await EstablishAsync(port, "127.0.0.1");
            ends.AddRange(client, backend);
        }

        using (var fourth = await FrontFixture.ConnectAsync(port)) await FrontFixture.AssertClosedAsync(fourth);
        for (var i = 0; i < ends.Count; i += 2) await RelayClient.AssertRelayedAsync(ends[i], ends[i + 1]);

        await DisposeAllAsync([.. ends]);
        await AssertSoonServedAsync(port, "127.0.0.1");
    }

    private async Task<(Stream Client, Stream Backend)> EstablishAsync(int port, string from) =>
        (await RelayClient.ConnectAsync(port, from), await _backend.AcceptAsync());

    private static async Task DisposeAllAsync(params Stream[] ends)
    {
        foreach (var end in ends) await end.DisposeAsync();
    }

    private async Task<int> StartAsync(string limit, int value)
    {
        var port = _relay.Listen("tcp", "tcp", _backend.Address);
        _relay.With(limit, value);
        await _relay.StartAsync();
        return port;
    }

    /// <summary>The proxy notices a moment later that somebody has left.</summary>
    private static async Task AssertSoonServedAsync(int port, string from)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); !await IsServedAsync(port, from); await Task.Delay(20))
            Assert.True(DateTime.UtcNow < end, "There is no room any more.");
    }

    private static async Task<bool> IsServedAsync(int port, string from)
    {
        try
        {
            await using var client = await RelayClient.ConnectAsync(port, from);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
