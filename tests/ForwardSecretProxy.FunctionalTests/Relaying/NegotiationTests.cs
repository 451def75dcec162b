using System.Security.Authentication;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>ALPN (RFC 7301): what a relay agrees to, so that nobody is led from one service to another (ALPACA).</summary>
[Collection(RelayingProxy.Name)]
public sealed class NegotiationTests(NegotiationTests.Fixture relay) : IClassFixture<NegotiationTests.Fixture>
{
    /// <summary>A listener of each protocol.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        private readonly Dictionary<string, int> _ports = [];

        internal RelayProxy Proxy { get; } = new(proxy);

        internal TcpBackend Backend { get; } = new();

        /// <inheritdoc/>
        public Task InitializeAsync()
        {
            foreach (var protocol in (string[])["tcp", "smtp", "imap", "pop3", "sieve"])
                _ports[protocol] = Proxy.Listen(protocol, protocol, Backend.Address);
            _ports["custom"] = Proxy.Listen("custom", "tcp", Backend.Address,
                ("ApplicationProtocols", new System.Text.Json.Nodes.JsonArray("mqtt", "x-amqp")));
            return Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            Backend.Dispose();
        }

        internal int Port(string listener) => _ports[listener];
    }

    [Theory]
    [InlineData("smtp", "smtp")]
    [InlineData("imap", "imap")]
    [InlineData("pop3", "pop3")]
    [InlineData("sieve", "managesieve")]
    [InlineData("custom", "x-amqp")]
    public async Task Alpn_TheProtocols_IsAgreedTo(string listener, string protocol)
    {
        await using var client = await RelayClient.ConnectAsync(
            relay.Port(listener), change: RelayClient.Offering("h2", protocol));
        await using var backend = await relay.Backend.AcceptAsync();

        Assert.Equal(protocol, client.NegotiatedApplicationProtocol.ToString());
    }

    [Theory]
    [InlineData("smtp")]
    [InlineData("imap")]
    [InlineData("pop3")]
    [InlineData("sieve")]
    [InlineData("custom")]
    public async Task Alpn_AnotherServicesOnly_IsRefusedAndNobodyIsAsked(string listener)
    {
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => RelayClient.ConnectAsync(
            relay.Port(listener), change: RelayClient.Offering("h2", "http/1.1")));

        var report = await OpenSslClient.RunAsync(relay.Port(listener), "-alpn h2,http/1.1", "");
        Assert.Contains("no application protocol", report.Process.Text, StringComparison.Ordinal);
        Assert.False(relay.Backend.HasConnection);
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("custom")]
    public async Task Alpn_NoneOffered_IsServed(string listener)
    {
        await using var client = await RelayClient.ConnectAsync(relay.Port(listener));
        await using var backend = await relay.Backend.AcceptAsync();

        Assert.Equal("", client.NegotiatedApplicationProtocol.ToString());
    }

    [Fact]
    public async Task Alpn_OfTcpWithoutNames_IsNotLookedAt()
    {
        await using var client = await RelayClient.ConnectAsync(relay.Port("tcp"), change: RelayClient.Offering("h2"));
        await using var backend = await relay.Backend.AcceptAsync();

        Assert.Equal("", client.NegotiatedApplicationProtocol.ToString());
        await RelayClient.AssertRelayedAsync(client, backend);
    }
}
