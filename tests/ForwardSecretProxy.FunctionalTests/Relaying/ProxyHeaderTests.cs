using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Clients;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>The PROXY protocol to a backend: who the client is, and what TLS agreed on with it.</summary>
[Collection(RelayingProxy.Name)]
public sealed class ProxyHeaderTests(ProxyHeaderTests.Fixture relay) : IClassFixture<ProxyHeaderTests.Fixture>
{
    private const string Stranger = "127.0.0.66";

    /// <summary>Listeners that say for whom they connect, in each version and family, and behind a load balancer.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        internal RelayProxy Proxy { get; } = new(proxy);

        internal TcpBackend Backend { get; } = new();

        internal HaProxyAcceptor Acceptor { get; } = new();

        internal int Version1 { get; private set; }

        internal int Version2 { get; private set; }

        internal int Version6 { get; } = FreePort.Next();

        internal int BothFamilies { get; } = FreePort.Next();

        internal int Behind { get; private set; }

        internal int Behind1 { get; private set; }

        internal int WithCertificate { get; private set; }

        internal int ToHaProxy1 { get; private set; }

        internal int ToHaProxy2 { get; private set; }

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            using (var authority = new ClientAuthority(Proxy.Directory, "Clients"))
            {
                Proxy.Directory.Write("clients.pem", authority.RootPem);
                authority.Issue("alice");
            }

            Version1 = Proxy.Listen("v1", "tcp", Backend.Address, ("ProxyProtocol", "v1"));
            Version2 = Proxy.Listen("v2", "imap", Backend.Address, ("ProxyProtocol", "v2"));
            Proxy.Listen("v6", "tcp", Backend.Address, ("ProxyProtocol", "v2"));
            Proxy.With("Listeners:v6:Address", string.Create(CultureInfo.InvariantCulture, $"[::1]:{Version6}"));
            Proxy.Listen("both", "tcp", Backend.Address, ("ProxyProtocol", "v2"));
            Proxy.With("Listeners:both:Address", string.Create(CultureInfo.InvariantCulture, $"[::]:{BothFamilies}"));
            Proxy.With("TrustedProxies", new JsonArray("127.0.0.1"));
            Behind = Proxy.Listen("behind", "tcp", Backend.Address, ("ProxyProtocol", "v2"), ("AcceptProxyProtocol", true));
            Behind1 = Proxy.Listen("behind1", "tcp", Backend.Address, ("ProxyProtocol", "v1"), ("AcceptProxyProtocol", true));
            WithCertificate = Proxy.Listen("certificate", "tcp", Backend.Address, ("ProxyProtocol", "v2"),
                ("ClientCertificates", new JsonObject { ["Mode"] = "optional", ["CaFile"] = "clients.pem" }));
            ToHaProxy1 = Proxy.Listen("haproxy1", "tcp", Acceptor.Address, ("ProxyProtocol", "v1"));
            ToHaProxy2 = Proxy.Listen("haproxy2", "tcp", Acceptor.Address, ("ProxyProtocol", "v2"));
            await Acceptor.StartAsync();
            await Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            await Acceptor.DisposeAsync();
            Backend.Dispose();
        }
    }

    [Fact]
    public async Task Version1_Client_IsNamedAndNothingElseIsSaid()
    {
        var connection = new NetworkStream(await FrontFixture.ConnectAsync(relay.Version1, Stranger), ownsSocket: true);
        await using var client = await RelayClient.ShakeHandsAsync(connection);
        await using var backend = await relay.Backend.AcceptAsync();

        var header = await ReceivedHeader.ReadVersion1Async(backend);

        Assert.Equal(connection.Socket.LocalEndPoint, header.Client);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, relay.Version1), header.Local);
        await RelayClient.AssertRelayedAsync(client, backend);
    }

    [Theory]
    [InlineData("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256")]
    [InlineData("-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", "TLSv1.3", "TLS_AES_256_GCM_SHA384")]
    [InlineData("-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    public async Task Version2_WhatOpenSslAgreedOn_IsSaid(string options, string version, string cipher)
    {
        var client = OpenSslClient.RunAsync(
            relay.Version2, $"-quiet -alpn imap -servername Web.Example.TEST {options}", "a NOOP\r\n");
        await using var backend = await relay.Backend.AcceptAsync();

        var header = await ReceivedHeader.ReadVersion2Async(backend);
        backend.Dispose();

        Assert.Equal(IPAddress.Loopback, header.Client.Address);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, relay.Version2), header.Local);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["01"] = "imap", ["02"] = "web.example.test", ["20"] = "0100000001", ["2021"] = version, ["2023"] = cipher,
            },
            new SortedDictionary<string, string>(header.Additions.ToDictionary()));
        await client;
    }

    [Fact]
    public async Task Version2_NoNameAndNoProtocol_AreNotThere()
    {
        await using var client = await RelayClient.ConnectAsync(relay.Version2, change: RelayClient.Asking("127.0.0.1"));
        await using var backend = await relay.Backend.AcceptAsync();

        var header = await ReceivedHeader.ReadVersion2Async(backend);

        Assert.Equal(["20", "2021", "2023"], header.Additions.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true, "0700000000")]
    [InlineData(false, "0100000001")]
    public async Task Version2_ClientsCertificate_IsSaid(bool hasOne, string expected)
    {
        using var certificate = hasOne
            ? X509Certificate2.CreateFromPemFile(relay.Proxy.Directory.File("alice.pem"), relay.Proxy.Directory.File("alice.key"))
            : null;
        await using var client = await RelayClient.ConnectAsync(
            relay.WithCertificate, change: options => options.ClientCertificates = certificate is null ? null : [certificate]);
        await using var backend = await relay.Backend.AcceptAsync();

        Assert.Equal(expected, (await ReceivedHeader.ReadVersion2Async(backend)).Additions["20"]);
        await RelayClient.AssertRelayedAsync(client, backend);
    }

    [Fact]
    public async Task Version2_OverIPv6_IsOfThatFamily()
    {
        var header = await HeaderOfAsync(IPAddress.IPv6Loopback, relay.Version6);

        Assert.Equal(IPAddress.IPv6Loopback, header.Client.Address);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, relay.Version6), header.Local);
    }

    [Fact]
    public async Task Version2_SocketOfBothFamilies_SaysWhatTheClientIs()
    {
        var four = await HeaderOfAsync(IPAddress.Loopback, relay.BothFamilies);
        var six = await HeaderOfAsync(IPAddress.IPv6Loopback, relay.BothFamilies);

        Assert.Equal((IPAddress.Loopback, IPAddress.Loopback), (four.Client.Address, four.Local.Address));
        Assert.Equal((IPAddress.IPv6Loopback, IPAddress.IPv6Loopback), (six.Client.Address, six.Local.Address));
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 192.0.2.1 56324 993\r\n", "203.0.113.7:56324", "127.0.0.1")]
    [InlineData("PROXY TCP6 2001:db8::7 2001:db8::1 56324 993\r\n", "[2001:db8::7]:56324", "::ffff:127.0.0.1")]
    public async Task Chained_ClientOfALoadBalancer_IsNamedToTheBackend(string said, string client, string local)
    {
        foreach (var (port, isVersion2) in ((int, bool)[])[(relay.Behind, true), (relay.Behind1, false)])
        {
            var connection = new NetworkStream(await FrontFixture.ConnectAsync(port), ownsSocket: true);
            await connection.SayAsync(said);
            await using var tls = await RelayClient.ShakeHandsAsync(connection);
            await using var backend = await relay.Backend.AcceptAsync();

            var header = isVersion2
                ? await ReceivedHeader.ReadVersion2Async(backend) : await ReceivedHeader.ReadVersion1Async(backend);

            Assert.Equal(IPEndPoint.Parse(client), header.Client);
            Assert.Equal(new IPEndPoint(IPAddress.Parse(local), port), header.Local);
            await RelayClient.AssertRelayedAsync(tls, backend);
        }
    }

    [Fact]
    public async Task Chained_HaProxyInFront_NamesItsClient()
    {
        await using var balancer = await HaProxy.StartAsync(relay.Behind);
        foreach (var way in HaProxy.Ways)
        {
            await using var client = await RelayClient.ConnectAsync(balancer[way], Stranger);
            await using var backend = await relay.Backend.AcceptAsync();

            Assert.Equal(Stranger, (await ReceivedHeader.ReadVersion2Async(backend)).Client.Address.ToString());
            await RelayClient.AssertRelayedAsync(client, backend);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "PROXY TCP4 203.0.113.7 192.0.2.1 56324\r\n")]
    [InlineData("127.0.0.1", "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\u00ff\u00ff")]
    [InlineData("127.0.0.1", "\u0016\u0003\u0001")]
    [InlineData(Stranger, "PROXY TCP4 203.0.113.7 192.0.2.1 56324 993\r\n")]
    public async Task Chained_MalformedOrFromAStranger_IsClosedAndNobodyIsAsked(string from, string said)
    {
        using var socket = await FrontFixture.ConnectAsync(relay.Behind, from);
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(said));

        await FrontFixture.AssertClosedAsync(socket);

        Assert.False(relay.Backend.HasConnection);
    }

    [Fact]
    public async Task HaProxyBehind_EitherVersion_TakesTheHeader()
    {
        foreach (var (port, authority) in ((int, string)[])[(relay.ToHaProxy1, "-"), (relay.ToHaProxy2, ProxyFixture.DefaultName)])
        {
            var connection = new NetworkStream(await FrontFixture.ConnectAsync(port, Stranger), ownsSocket: true);
            var own = connection.Socket.LocalEndPoint;
            await using (var client = await RelayClient.ShakeHandsAsync(connection))
            {
                await client.SayAsync("hello");
                await client.HearAsync("hello");
            }

            await relay.Acceptor.WaitForLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"seen {own} to 127.0.0.1:{port} for {authority}"));
        }
    }

    private async Task<ReceivedHeader> HeaderOfAsync(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, port);
        var own = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var client = await RelayClient.ShakeHandsAsync(new NetworkStream(socket, ownsSocket: true));
        await using var backend = await relay.Backend.AcceptAsync();
        var header = await ReceivedHeader.ReadVersion2Async(backend);
        Assert.Equal((own, port), (header.Client.Port, header.Local.Port));
        return header;
    }
}
