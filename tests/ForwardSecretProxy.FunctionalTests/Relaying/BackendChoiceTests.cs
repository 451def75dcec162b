using System.Net.Sockets;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>Which backend a connection goes to: in turn, the least busy one, the one for a name, the next one that is there.</summary>
[Collection(RelayingProxy.Name)]
public sealed class BackendChoiceTests(BackendChoiceTests.Fixture relay) : IClassFixture<BackendChoiceTests.Fixture>
{
    /// <summary>A listener for each way to choose.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        private readonly Dictionary<string, int> _unavailable = [];

        internal RelayProxy Proxy { get; } = new(proxy);

        internal TcpBackend[] Backends { get; } = [new(), new(), new()];

        internal int InTurn { get; private set; }

        internal int LeastBusy { get; private set; }

        internal int Refused { get; private set; }

        internal int ByName { get; private set; }

        internal int ByNameOnly { get; private set; }

        internal string RefusingAddress { get; } = $"127.0.0.1:{FreePort.Next()}";

        /// <inheritdoc/>
        public Task InitializeAsync()
        {
            var (a, b, c) = (Backends[0].Address, Backends[1].Address, Backends[2].Address);
            InTurn = Proxy.Listen("in-turn", "tcp", new JsonArray(a, b, c), ("HealthCheck", "none"));
            LeastBusy = Proxy.Listen("least-busy", "tcp", new JsonArray(a, b), ("HealthCheck", "none"), ("Balancing", "least-connections"));
            Refused = Proxy.Listen("refused", "tcp", new JsonArray(RefusingAddress, b), ("HealthCheck", "none"));
            ByName = Proxy.Listen("by-name", "tcp", c, ("ServerNames", new JsonObject
            {
                [ProxyFixture.OtherName] = a,
                [ProxyFixture.WildcardName] = b,
            }));
            ByNameOnly = Proxy.Listen("by-name-only", "imap", null, ("ServerNames", new JsonObject { [ProxyFixture.OtherName] = a }));
            foreach (var protocol in (string[])["tcp", "smtp", "imap", "pop3", "sieve"])
                _unavailable[protocol] = Proxy.Listen("gone-" + protocol, protocol, RefusingAddress);
            return Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            foreach (var backend in Backends) backend.Dispose();
        }

        /// <summary>The port of a listener whose backend is not there.</summary>
        internal int Unavailable(string protocol) => _unavailable[protocol];
    }

    [Fact]
    public async Task RoundRobin_SixConnections_GoToEachInTurn()
    {
        var order = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            await using var client = await RelayClient.ConnectAsync(relay.InTurn);
            var (chosen, backend) = await AcceptAnyAsync();
            await backend.DisposeAsync();
            order.Add(chosen);
        }

        Assert.Equal([0, 1, 2, 0, 1, 2], order.Select(each => (each - order[0] + 3) % 3));
    }

    [Fact]
    public async Task LeastConnections_OneIsBusy_GoToTheOther()
    {
        await using var first = await RelayClient.ConnectAsync(relay.LeastBusy);
        var (busy, kept) = await AcceptAnyAsync();
        await using var _ = kept;
        for (var i = 0; i < 3; i++)
        {
            await using var client = await RelayClient.ConnectAsync(relay.LeastBusy);
            await using var backend = await relay.Backends[1 - busy].AcceptAsync();
            await RelayClient.AssertRelayedAsync(client, backend);
            await backend.DisposeAsync();
            await client.DisposeAsync();
            await relay.Proxy.WaitForMetricAsync("fsp_relay_connections_open", "least-busy", 1);
        }

        Assert.False(relay.Backends[busy].HasConnection);
    }

    [Fact]
    public async Task Connect_Refused_GoesToTheNextAndIsSaidOnce()
    {
        for (var i = 0; i < 4; i++)
        {
            await using var client = await RelayClient.ConnectAsync(relay.Refused);
            await using var backend = await relay.Backends[1].AcceptAsync();
            await RelayClient.AssertRelayedAsync(client, backend);
        }

        var line = Assert.Single(relay.Proxy.Process.Lines, each => each.Contains("[3200]", StringComparison.Ordinal)
            && each.Contains("refused", StringComparison.Ordinal));
        Assert.Contains($"{relay.RefusingAddress} cannot be reached: it refuses connections", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_BackendThatAcceptsAndCloses_IsNotMade()
    {
        await using var client = await RelayClient.ConnectAsync(relay.InTurn);
        await client.SayAsync("do it once");
        var (_, backend) = await AcceptAnyAsync();
        await backend.HearAsync("do it once");
        await backend.DisposeAsync();

        await client.HearTheEndAsync();

        // It is over for the client, so nobody will be asked any more.
        Assert.All(relay.Backends, each => Assert.False(each.HasConnection));
    }

    [Theory]
    [InlineData("tcp", "")]
    [InlineData("smtp", "421 4.3.2 other.example.test Service not available, try again later\r\n")]
    [InlineData("imap", "* BYE [UNAVAILABLE] Service not available, try again later\r\n")]
    [InlineData("pop3", "-ERR [SYS/TEMP] Service not available, try again later\r\n")]
    [InlineData("sieve", "BYE (TRYLATER) \"Service not available, try again later\"\r\n")]
    public async Task Connect_NobodyThere_IsToldInTheProtocolsWords(string protocol, string words)
    {
        await using var client = await RelayClient.ConnectAsync(relay.Unavailable(protocol));

        Assert.Equal(words, await client.HearAllAsync());
    }

    [Theory]
    [InlineData("imap", "imap")]
    [InlineData("pop3", "pop3")]
    [InlineData("smtp", "smtp")]
    public async Task Connect_NobodyThere_IsTemporaryForCurl(string protocol, string scheme)
    {
        var result = await ProcessRunner.RunAsync("curl",
            ["-q", "-sS", "-v", "-k", "--max-time", "20", $"{scheme}s://127.0.0.1:{relay.Unavailable(protocol)}/", "-u", "a:b"]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Service not available", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProxyFixture.OtherName, 0)]
    [InlineData("OTHER.example.TEST", 0)]
    [InlineData("a.wild.example.test", 1)]
    [InlineData(ProxyFixture.DefaultName, 2)]
    [InlineData("127.0.0.1", 2)]
    public async Task ServerName_AskedFor_GoesToItsBackend(string name, int expected)
    {
        // .NET sends no server name for an address.
        await using var client = await RelayClient.ConnectAsync(relay.ByName, change: RelayClient.Asking(name));
        await using var backend = await relay.Backends[expected].AcceptAsync();

        await RelayClient.AssertRelayedAsync(client, backend);
    }

    [Fact]
    public async Task ServerName_NobodyIsFor_IsUnavailableAndNoFault()
    {
        await using (var known = await RelayClient.ConnectAsync(relay.ByNameOnly, change: RelayClient.Asking(ProxyFixture.OtherName)))
        await using (var backend = await relay.Backends[0].AcceptAsync())
        {
            await backend.SayAsync("* OK hello\r\n");
            await known.HearAsync("* OK hello\r\n");
        }

        await using var client = await RelayClient.ConnectAsync(relay.ByNameOnly);

        Assert.Equal("* BYE [UNAVAILABLE] Service not available, try again later\r\n", await client.HearAllAsync());
        Assert.DoesNotContain(relay.Proxy.Process.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }

    /// <summary>The backend that is asked, and the connection.</summary>
    private async Task<(int Chosen, NetworkStream Connection)> AcceptAnyAsync()
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); DateTime.UtcNow < end; await Task.Delay(2))
        {
            var chosen = Array.FindIndex(relay.Backends, backend => backend.HasConnection);
            if (chosen >= 0) return (chosen, await relay.Backends[chosen].AcceptAsync());
        }

        throw new TimeoutException("Nobody is asked.");
    }
}
