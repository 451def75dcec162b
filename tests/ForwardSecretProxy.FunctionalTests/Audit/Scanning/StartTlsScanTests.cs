using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.FunctionalTests.Audit.Connecting;
using ForwardSecretProxy.FunctionalTests.Bench;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>Whole scans of servers with words before TLS, held against what another client is given.</summary>
public sealed class StartTlsScanTests(MailServersWithTls servers, StartTlsScanTests.PlainServer plain)
    : IClassFixture<MailServersWithTls>, IClassFixture<StartTlsScanTests.PlainServer>
{
    /// <summary>A server that speaks TLS from its first byte on, and what is seen of it then.</summary>
    public sealed class PlainServer : IAsyncLifetime
    {
        private PermissiveServer _server = null!;

        internal int Port => _server.Port;

        internal EndpointObservation Seen { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _server = await PermissiveServer.StartAsync("-cipher ECDHE+AESGCM -groups X25519:P-256");
            Seen = await ScanTarget.ScanAsync(Port, ScanTarget.Name);
        }

        public async Task DisposeAsync() => await _server.DisposeAsync();
    }

    private static readonly (TlsVersion Version, string Option)[] Versions =
        [(TlsVersion.Tls10, "-tls1"), (TlsVersion.Tls11, "-tls1_1"), (TlsVersion.Tls12, "-tls1_2"), (TlsVersion.Tls13, "-tls1_3")];

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, Answer.Yes)]
    // Behind POP3 and ManageSieve it is the same Dovecot; ConnectorTests speak them with it.
    [InlineData(StartTlsProtocol.Imap, Answer.Yes)]
    public async Task ScanAsync_RealMailServer_IsWhatOpenSslFinds(StartTlsProtocol protocol, Answer tickets)
    {
        var seen = await ScanTarget.ScanAsync(servers[protocol], "localhost", protocol);

        Assert.Empty(seen.Gaps);
        foreach (var (version, option) in Versions)
        {
            var agreed = await ConnectAsync(protocol, option, "-cipher", "ALL:@SECLEVEL=0");
            Assert.Equal(agreed is null ? Answer.No : Answer.Yes, seen.Versions.Single(each => each.Version == version).Supported);
        }

        var suites = seen.Versions.Single(each => each.Version == TlsVersion.Tls12).Suites;
        foreach (var name in (string[])["ECDHE-RSA-AES256-GCM-SHA384", "AES128-SHA", "NULL-SHA256"])
        {
            var agreed = await ConnectAsync(protocol, "-tls1_2", "-cipher", name + ":@SECLEVEL=0");
            Assert.Equal(agreed is not null, suites.Contains(CipherSuites.Find(name)));
        }

        Assert.Equal(tickets, seen.Tls13Resumption.Issued);
    }

    [Theory]
    [MemberData(nameof(ConnectorTests.Servers), MemberType = typeof(ConnectorTests))]
    public async Task ScanAsync_ScriptedWordsBeforeARealServer_IsTheRealServer(StartTlsProtocol protocol, string[] turns)
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            for (var turn = 0; turn < turns.Length; turn += 2)
            {
                await SkipAsync(socket, turns[turn].Length, stop);
                await socket.SendAsync(Encoding.Latin1.GetBytes(turns[turn + 1]), stop);
            }

            await Limited.PassAsync(socket, plain.Port, stop);
        });

        // The scripts know this name alone.
        var seen = await ScanTarget.ScanAsync(server.Port, "example.org", protocol);

        Assert.Empty(seen.Gaps);
        Assert.Equal(protocol.ToText(), seen.StartTls);
        seen.AssertClaimsNoMoreThan(plain.Seen);
        plain.Seen.AssertClaimsNoMoreThan(seen);
    }

    [Fact]
    public async Task ScanAsync_ServerWithoutStartTls_IsNotScanned()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await ScriptedServer.SayAsync(socket, "220 ready\r\n", stop);
            await ScriptedServer.HearAsync(socket, stop);
            await ScriptedServer.SayAsync(socket, "250 mail\r\n", stop);
        });

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(
            () => ScanTarget.ScanAsync(server.Port, "localhost", StartTlsProtocol.Smtp));

        Assert.Contains("does not offer STARTTLS", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The suite that s_client agrees on, or null.</summary>
    private async Task<string?> ConnectAsync(StartTlsProtocol protocol, params string[] options)
    {
        var result = await ProcessRunner.RunAsync("openssl",
        [
            "s_client", "-starttls", protocol.ToText(), "-connect",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{servers[protocol]}"), "-servername", "localhost", .. options,
        ]);
        return result.Output.Split('\n').Select(line => line.Trim()).FirstOrDefault(line =>
            line.StartsWith("New, TLSv", StringComparison.Ordinal) || line.StartsWith("New, SSLv3", StringComparison.Ordinal));
    }

    private static async Task SkipAsync(Socket socket, int length, CancellationToken stop)
    {
        await using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(new byte[length], stop);
    }
}
