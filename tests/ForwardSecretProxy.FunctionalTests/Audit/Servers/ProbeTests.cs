using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The same for what s_client does not show: by hellos written byte by byte, and the first bytes that come back.</summary>
public sealed class ProbeTests(RunningServers servers) : IClassFixture<RunningServers>
{
    private const ushort HeartbeatExtension = 15;
    private const int EcdheRsa = 0xc02f;
    private const int DheRsa = 0x009e;
    private const int StaticEcdh = 0xc02d;

    [Theory]
    [InlineData("bouncycastle-reused-ecdhe", "bouncycastle-good", EcdheRsa)]
    [InlineData("bouncycastle-reused-dhe", "bouncycastle-dhe", DheRsa)]
    public async Task Tls12_ReusedKey_ComesTwice(string with, string without, int suite)
    {
        Assert.Single(await ThreeSharesAsync(with, suite));
        Assert.Equal(3, (await ThreeSharesAsync(without, suite)).Count);
    }

    [Fact]
    public async Task Tls13_ReusedKey_ComesTwice()
    {
        Assert.Single(await ThreeTls13SharesAsync("bouncycastle-reused-tls13"));
        Assert.Equal(3, (await ThreeTls13SharesAsync("bouncycastle-good")).Count);
    }

    [Theory]
    [InlineData("bouncycastle-reused-ecdhe", "-tls1_2", "X25519")]
    [InlineData("bouncycastle-reused-ecdhe", "-tls1_2", "P-256")]
    [InlineData("bouncycastle-reused-dhe", "-tls1_2", "X25519")]
    [InlineData("bouncycastle-reused-tls13", "-tls1_3", "X25519")]
    [InlineData("bouncycastle-reused-tls13", "-tls1_3", "P-256")]
    public async Task ReusedKey_AnOrdinaryClient_NoticesNothing(string name, string version, string groups)
    {
        var server = await servers.GetAsync(name);

        for (var i = 0; i < 2; i++)
        {
            var report = await OpenSslClient.RequestAsync(server.Port, $"{version} -groups {groups}");
            Assert.Contains("a page", report.Process.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Heartbeat_Offered_IsAnswered()
    {
        static ClientHello Hello() => ClientHello.Tls12().WithExtension(HeartbeatExtension, [1]);

        Assert.Contains(HeartbeatExtension, (await SendAsync("bouncycastle-heartbeat", Hello())).Extensions);
        Assert.DoesNotContain(HeartbeatExtension, (await SendAsync("bouncycastle-good", Hello())).Extensions);
    }

    [Fact]
    public async Task Compression_Offered_IsChosen()
    {
        static ClientHello Hello() => ClientHello.Tls12().WithCompression(1, 0);

        Assert.Equal(1, (await SendAsync("scripted-compression", Hello())).Compression);
        Assert.Equal(0, (await SendAsync("scripted-compression", ClientHello.Tls12())).Compression);
        Assert.Equal(0, (await SendAsync("bouncycastle-good", Hello())).Compression);
    }

    [Fact]
    public async Task StaticEcdh_Offered_IsChosen()
    {
        Assert.True((await SendAsync("bouncycastle-static-ecdh", ClientHello.Tls12().WithSuites(StaticEcdh))).IsServerHello);
        Assert.NotNull((await SendAsync("openssl-good", ClientHello.Tls12().WithSuites(StaticEcdh))).Alert);
    }

    [Fact]
    public async Task DowngradeSentinel_Tls12Offered_IsNotThere()
    {
        Assert.DoesNotContain("DOWNGRD\u0001", await RandomAsync("bouncycastle-no-sentinel"), StringComparison.Ordinal);
        Assert.Contains("DOWNGRD\u0001", await RandomAsync("bouncycastle-good"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openssl-hello-retry", "P-384:P-521", 2)]
    [InlineData("bouncycastle-good", "P-521:P-384", 2)]
    [InlineData("openssl-good", "P-384:P-521", 1)]
    public async Task HelloRetryRequest_AShareOfTheFirstGroupOnly_AsksForTheSecond(string name, string groups, int hellos)
    {
        var server = await servers.GetAsync(name);
        var report = await OpenSslClient.RequestAsync(server.Port, $"-groups {groups} -msg");

        Assert.Equal("TLSv1.3", report.Version);
        Assert.Equal(hellos, report.Process.Output.Split(", ClientHello").Length - 1);
    }

    [Theory]
    [InlineData("openssl-many-tickets", 200)]
    [InlineData("openssl-good", 0)]
    public async Task Tls13Tickets_AfterTheHandshake_AreAsMany(string name, int tickets)
    {
        var server = await servers.GetAsync(name);
        var report = await OpenSslClient.RequestAsync(server.Port, "-tls1_3 -msg");

        Assert.Equal(tickets, report.Process.Output.Split(", NewSessionTicket").Length - 1);
    }

    [Fact]
    public async Task PskKe_TicketOfTheServer_ResumesWithoutAKeyExchange()
    {
        using var directory = new TemporaryDirectory();

        Assert.True(await ResumesWithoutKeyExchangeAsync("openssl-psk-ke", directory.File("with")));
        Assert.False(await ResumesWithoutKeyExchangeAsync("nginx-tickets", directory.File("without")));
    }

    [Fact]
    public async Task EarlyData_TicketOfTheServer_IsAccepted()
    {
        using var directory = new TemporaryDirectory();
        var session = directory.File("session");
        var data = directory.Write("early", "hello\n");
        var server = await servers.GetAsync("openssl-early-data");
        var offer = $"-tls1_3 -sess_in {session} -early_data {data}";

        // The server holds the connection open, and answers nothing: the tickets come by themselves.
        await OpenSslClient.WaitForAsync(server.Port, $"-tls1_3 -sess_out {session}", "read R BLOCK");
        await OpenSslClient.WaitForAsync(server.Port, offer, "Early data was accepted");
    }

    [Theory]
    [InlineData("openssl-client-renegotiation", true)]
    [InlineData("openssl-good", false)]
    public async Task Renegotiation_ByTheClient_IsASecondHandshake(string name, bool expected)
    {
        var server = await servers.GetAsync(name);
        await using var client = ServerProcess.Start("stdbuf",
        [
            "-oL", "openssl", "s_client", "-tls1_2", "-msg", "-connect",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}"),
        ]);
        await client.WaitForLineAsync(line => line.Contains("Extended master secret", StringComparison.Ordinal));

        await client.WriteLineAsync("R");

        var hellos = 0;
        var end = await client.WaitForLineAsync(line =>
            (line.Contains(", ServerHelloDone", StringComparison.Ordinal) && ++hellos == 2)
            || line.Contains("no_renegotiation", StringComparison.Ordinal));
        Assert.Equal(expected, end.Contains("ServerHelloDone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Chain_Misordered_HasTheRootInTheMiddle()
    {
        var issuers = await IssuersAsync("certificate-misordered");

        Assert.Equal(["CN=Audittestintermediate", "CN=Audittestroot", "CN=Audittestroot"], issuers);
        Assert.Equal(["CN=Audittestintermediate", "CN=Audittestroot"], await IssuersAsync("openssl-good"));
    }

    [Fact]
    public async Task MustStaple_StatusAsked_IsNotStapled()
    {
        var server = await servers.GetAsync("certificate-must-staple");
        var report = await OpenSslClient.RequestAsync(server.Port, "-status");
        var certificate = await ProcessRunner.RunAsync("openssl", ["x509", "-noout", "-text"], report.Process.Output);

        Assert.Contains("OCSP response: no response sent", report.Process.Output, StringComparison.Ordinal);
        Assert.Contains("status_request", certificate.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DhParameters_NotSafe_OpenSslSaysSo()
    {
        foreach (var (file, safe) in new[] { (DhParameterFiles.NotSafe2048, false), (DhParameterFiles.Own1024, true), (DhParameterFiles.Ffdhe2048, true) })
        {
            var check = await ProcessRunner.RunAsync("openssl", ["dhparam", "-check", "-noout", "-in", file]);
            Assert.Equal(safe, !check.Text.Contains("not safe prime", StringComparison.Ordinal));
        }
    }

    private async Task<IReadOnlyCollection<string>> ThreeSharesAsync(string name, int suite)
    {
        var server = await servers.GetAsync(name);
        var shares = new HashSet<string>();
        for (var i = 0; i < 3; i++)
            shares.Add(await FirstFlight.ReadShareAsync(server.Port, (ushort)suite));
        return shares;
    }

    private async Task<IReadOnlyCollection<string>> ThreeTls13SharesAsync(string name)
    {
        var server = await servers.GetAsync(name);
        var shares = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            var answer = await HelloProbe.SendAsync(server.Port, ClientHello.ToRecords(ClientHello.Tls13().ToMessage()));
            shares.Add(answer.EphemeralKey!);
        }

        return shares;
    }

    private async Task<ServerAnswer> SendAsync(string name, ClientHello hello)
    {
        var server = await servers.GetAsync(name);
        return await HelloProbe.SendAsync(server.Port, ClientHello.ToRecords(hello.ToMessage()));
    }

    private async Task<string> RandomAsync(string name) =>
        await FirstFlight.ReadRandomAsync((await servers.GetAsync(name)).Port);

    private async Task<bool> ResumesWithoutKeyExchangeAsync(string name, string session)
    {
        var server = await servers.GetAsync(name);
        await OpenSslClient.RequestAsync(
            server.Port, $"-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -groups X25519 -sess_out {session}");
        var hello = ClientHello.Tls13().ToResumptionMessage(SavedSession.Read(session), 0);
        var answer = await HelloProbe.SendAsync(server.Port, ClientHello.ToRecords(hello));
        Assert.True(answer.IsServerHello);
        return answer.Resumes && answer.EphemeralKey is null;
    }

    private async Task<string[]> IssuersAsync(string name)
    {
        var server = await servers.GetAsync(name);
        var report = await OpenSslClient.RequestAsync(server.Port);
        return [.. report.Process.Output.Split('\n')
            .Where(line => line.StartsWith("   i:", StringComparison.Ordinal)).Select(line => line[5..].Replace(" ", "", StringComparison.Ordinal))];
    }
}
