using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>A backend that speaks TLS: it gets the users' bytes only when its certificate is good, and for its name.</summary>
[Collection(RelayingProxy.Name)]
public sealed class BackendTlsTests(BackendTlsTests.Fixture relay) : IClassFixture<BackendTlsTests.Fixture>
{
    private const string Unavailable = "* BYE [UNAVAILABLE] Service not available, try again later\r\n";

    /// <summary>Listeners in front of one backend that differ in what they ask of it.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        private readonly Dictionary<string, int> _ports = [];

        internal RelayProxy Proxy { get; } = new(proxy);

        internal TcpBackend Backend { get; } = new();

        /// <summary>Good for <c>localhost</c> and <c>mail.internal</c>.</summary>
        internal X509Certificate2 Good { get; private set; } = null!;

        /// <summary>The same, but over.</summary>
        internal X509Certificate2 Expired { get; private set; } = null!;

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            var authority = await OpenSslAuthority.CreateAsync(Proxy.Directory, "authority");
            var other = await OpenSslAuthority.CreateAsync(Proxy.Directory, "other");
            Good = Load(await authority.IssueAsync("server", "DNS:localhost,DNS:mail.internal"));
            Expired = Load(await authority.IssueAsync("old", "DNS:localhost", days: -1));
            var address = $"localhost:{Backend.Port}";
            Listen("own authority", address, ("BackendCaFile", authority.CaFile));
            Listen("own name", Backend.Address, ("BackendCaFile", authority.CaFile), ("BackendName", "mail.internal"));
            Listen("address", Backend.Address, ("BackendCaFile", authority.CaFile));
            Listen("other name", address, ("BackendCaFile", authority.CaFile), ("BackendName", "other.internal"));
            Listen("other authority", address, ("BackendCaFile", other.CaFile));
            Listen("system", address);
            Listen("with header", address, ("BackendCaFile", authority.CaFile), ("ProxyProtocol", "v1"));
            await Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            Backend.Dispose();
            Good.Dispose();
            Expired.Dispose();
        }

        internal int Port(string listener) => _ports[listener];

        private void Listen(string name, string backend, params (string Key, JsonNode Value)[] keys) =>
            _ports[name] = Proxy.Listen(name, "imap", backend, [("BackendTls", true), .. keys]);

        private static X509Certificate2 Load((string Certificate, string Key) files) =>
            X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
    }

    [Theory]
    [InlineData("own authority", SslProtocols.Tls13)]
    [InlineData("own authority", SslProtocols.Tls12)]
    [InlineData("own name", SslProtocols.Tls13)]
    public async Task Certificate_Good_IsRelayed(string listener, SslProtocols version)
    {
        await using var client = await RelayClient.ConnectAsync(relay.Port(listener));
        await using var connection = await relay.Backend.AcceptAsync();
        await using var backend = await ShakeHandsAsync(connection, relay.Good, version);

        await backend.SayAsync("* OK hello\r\n");
        await client.HearAsync("* OK hello\r\n");
        await client.SayAsync("a NOOP\r\n");
        await backend.HearAsync("a NOOP\r\n");
        await backend.SayAsync("a OK\r\n");
        await client.HearAsync("a OK\r\n");
        await client.ShutdownAsync();
        // The end of the stream is an end of TLS, too.
        Assert.Equal("", await backend.HearAllAsync());
        await backend.SayAsync("* BYE\r\n");
        await backend.ShutdownAsync();
        await connection.DisposeAsync();
        Assert.Equal("* BYE\r\n", await client.HearAllAsync());
    }

    [Theory]
    [InlineData("address", false, "RemoteCertificateNameMismatch")]
    [InlineData("other name", false, "RemoteCertificateNameMismatch")]
    [InlineData("other authority", false, "PartialChain")]
    [InlineData("system", false, "PartialChain")]
    [InlineData("own authority", true, "NotTimeValid")]
    public async Task Certificate_NotToBeTrusted_GetsNoByteAndOneLineSaysWhy(string listener, bool isExpired, string reason)
    {
        await using var client = await RelayClient.ConnectAsync(relay.Port(listener));
        await client.SayAsync("a LOGIN me secret\r\n");
        await using var connection = await relay.Backend.AcceptAsync();
        await using var backend = new SslStream(connection);
        // In TLS 1.3 a server is done before the client has made up its mind.
        var refusal = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await backend.AuthenticateAsServerAsync(Options(isExpired ? relay.Expired : relay.Good, SslProtocols.None))
                .WaitAsync(TimeSpan.FromSeconds(20));
            await backend.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        });

        Assert.IsNotType<TimeoutException>(refusal);
        Assert.Equal(Unavailable, await client.HearAllAsync());
        await relay.Proxy.Process.WaitForLineAsync(line => line.Contains("[3200]", StringComparison.Ordinal)
            && line.Contains($"Listener {listener}:", StringComparison.Ordinal)
            && line.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificate_Good_ComesAfterTheProxyHeader()
    {
        await using var client = await RelayClient.ConnectAsync(relay.Port("with header"));
        await using var connection = await relay.Backend.AcceptAsync();
        var header = await ReceivedHeader.ReadVersion1Async(connection);
        await using var backend = await ShakeHandsAsync(connection, relay.Good, SslProtocols.Tls13);

        Assert.Equal(relay.Port("with header"), header.Local.Port);
        await backend.SayAsync("* OK hello\r\n");
        await client.HearAsync("* OK hello\r\n");
    }

    private static async Task<SslStream> ShakeHandsAsync(NetworkStream connection, X509Certificate2 certificate, SslProtocols version)
    {
        var tls = new SslStream(connection, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(Options(certificate, version)).WaitAsync(TimeSpan.FromSeconds(20));
        return tls;
    }

    private static SslServerAuthenticationOptions Options(X509Certificate2 certificate, SslProtocols version) => new()
    {
        ServerCertificate = certificate,
        EnabledSslProtocols = version,
        AllowTlsResume = false,
    };
}
