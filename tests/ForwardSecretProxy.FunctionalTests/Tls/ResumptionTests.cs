using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

/// <summary>
/// TLS 1.3 tickets are good for one resumption, always with a fresh key exchange; TLS 1.2 never resumes. The same
/// client does all that is refused here with a permissive server.
/// </summary>
[Collection(RunningProxy.Name)]
public sealed class ResumptionTests(ProxyFixture proxy) : IDisposable
{
    private const byte PskOnly = 0;
    private const byte PskWithExchange = 1;

    // Always the same hash: a server that prefers another one cannot resume.
    private const string Tls13 = "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256";

    private readonly TemporaryDirectory _directory = new();

    private string SessionFile => _directory.File("session.pem");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Resume_Tls13Ticket_SucceedsWithFreshKeyExchange()
    {
        await SaveSessionAsync(proxy.Port);

        var resumed = await OpenSslClient.RequestAsync(proxy.Port, $"-tls1_3 -groups X25519 -sess_in {SessionFile}");

        Assert.True(resumed.Resumed, resumed.Process.Text);
        Assert.Equal("x25519", resumed.Group);
        Assert.Contains("HTTP/1.1 200 OK", resumed.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ReplayedTls13Ticket_IsAFullHandshake()
    {
        await using var permissive = await PermissiveServer.StartAsync("");

        await SaveSessionAsync(permissive.Port);
        var controls = await ReplayAsync(permissive.Port);
        await SaveSessionAsync(proxy.Port);
        var replays = await ReplayAsync(proxy.Port);

        Assert.Equal([true, true, true], controls);
        Assert.Equal([true, false, false], replays);
    }

    [Fact]
    public async Task Resume_TicketAfterResumption_IsUsableOnce()
    {
        await SaveSessionAsync(proxy.Port);
        var next = _directory.File("next.pem");

        var first = await OpenSslClient.RequestAsync(
            proxy.Port, $"-tls1_3 -sess_in {SessionFile} -sess_out {next}");
        var second = await OpenSslClient.RequestAsync(proxy.Port, $"-tls1_3 -sess_in {next}");
        var replay = await OpenSslClient.RequestAsync(proxy.Port, $"-tls1_3 -sess_in {next}");

        Assert.True(first.Resumed, first.Process.Text);
        Assert.True(second.Resumed, second.Process.Text);
        Assert.False(replay.Resumed, replay.Process.Text);
    }

    [Fact]
    public async Task Resume_TicketUnderAnotherName_IsAFullHandshake()
    {
        await SaveSessionAsync(proxy.Port);

        var report = await OpenSslClient.RequestAsync(
            proxy.Port, $"-tls1_3 -sess_in {SessionFile} -servername {ProxyFixture.OtherName}");

        Assert.True(report.Connected, report.Process.Text);
        Assert.False(report.Resumed);
        Assert.Equal($"CN={ProxyFixture.OtherName}", report.Subject);
    }

    [Fact]
    public async Task Resume_Tls12WithTicketsAndSessionIds_NeverHappens()
    {
        foreach (var offer in (string[])["-tls1_2 -reconnect", "-tls1_2 -reconnect -no_ticket"])
        {
            await using var permissive = await PermissiveServer.StartAsync("");

            var control = await OpenSslClient.RunAsync(permissive.Port, offer, "");
            var refused = await OpenSslClient.RunAsync(proxy.Port, offer, "");

            Assert.Equal(5, control.ResumedCount);
            Assert.Equal(6, refused.HandshakeCount);
            Assert.Equal(0, refused.ResumedCount);
            Assert.Contains("TLS session ticket:", (await OpenSslClient.RunAsync(permissive.Port, "-tls1_2", ""))
                .Process.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("TLS session ticket:", refused.Process.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Resume_Tls12SavedSession_IsAFullHandshake()
    {
        await using var permissive = await PermissiveServer.StartAsync("");
        foreach (var (port, resumes) in ((int, bool)[])[(permissive.Port, true), (proxy.Port, false)])
        {
            await OpenSslClient.RequestAsync(port, $"-tls1_2 -sess_out {SessionFile}");
            var report = await OpenSslClient.RequestAsync(port, $"-tls1_2 -sess_in {SessionFile}");

            Assert.True(report.Connected, report.Process.Text);
            Assert.Equal(resumes, report.Resumed);
        }
    }

    [Fact]
    public async Task Resume_PskWithoutKeyExchange_IsRefused()
    {
        // A permissive server resumes so, and its ServerHello has no key share: the recorded session would hang on
        // the ticket alone.
        await using var permissive = await PermissiveServer.StartAsync("-allow_no_dhe_kex");
        var control = await OfferAsync(permissive.Port, ClientHello.Tls13(), PskOnly);
        Assert.True(control.Resumes);
        Assert.Null(control.EphemeralKey);

        var full = await OfferAsync(proxy.Port, ClientHello.Tls13(), PskOnly);
        var nothingElse = await OfferAsync(proxy.Port, ClientHello.Tls13().WithoutKeyShare(), PskOnly);

        Assert.False(full.Resumes);
        Assert.NotNull(full.EphemeralKey);
        Assert.False(nothingElse.Resumes);
        Assert.True(nothingElse.Alert is not null || nothingElse.IsRetryRequest);
    }

    [Fact]
    public async Task Resume_BothPskModes_TakesTheOneWithKeyExchange()
    {
        var answer = await OfferAsync(proxy.Port, ClientHello.Tls13(), PskOnly, PskWithExchange);

        Assert.True(answer.Resumes);
        Assert.NotNull(answer.EphemeralKey);
    }

    [Fact]
    public async Task EarlyData_OfferedWithATicket_IsRejected()
    {
        var data = _directory.Write("early", "GET /early HTTP/1.1\r\nHost: web.example.test\r\n\r\n");
        var offer = $"-tls1_3 -sess_in {SessionFile} -early_data {data}";
        await using var permissive = await PermissiveServer.StartAsync(
            // Sessions sealed into tickets: the client of the first connection is cut off, which ends a stored one.
            "-early_data -no_anti_replay", answersHttp: false);

        await OpenSslClient.WaitForAsync(permissive.Port, $"-tls1_3 -sess_out {SessionFile}", "read R BLOCK");
        await OpenSslClient.WaitForAsync(permissive.Port, offer, "Early data was accepted");
        await SaveSessionAsync(proxy.Port);
        SavedSession.AllowEarlyData(SessionFile);
        var refused = await OpenSslClient.RequestAsync(proxy.Port, offer);

        Assert.Contains("Early data was rejected", refused.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/early", refused.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_OfTheProxy_AllowsNoEarlyDataAndIsNoSealedState()
    {
        await SaveSessionAsync(proxy.Port);
        var text = await ProcessRunner.RunAsync("openssl", ["sess_id", "-in", SessionFile, "-noout", "-text"]);

        Assert.Contains("Max Early Data: 0\n", text.Output, StringComparison.Ordinal);
        // A ticket that holds the session's state sealed under a server's key is far longer than a number to look up.
        Assert.InRange(SavedSession.Read(SessionFile).Ticket.Length, 16, 64);
    }

    private async Task SaveSessionAsync(int port)
    {
        File.Delete(SessionFile);
        var report = await OpenSslClient.RequestAsync(port, $"{Tls13} -groups X25519 -sess_out {SessionFile}");
        Assert.True(report.Connected, report.Process.Text);
        Assert.True(File.Exists(SessionFile), report.Process.Text);
    }

    private async Task<bool[]> ReplayAsync(int port)
    {
        var results = new bool[3];
        for (var use = 0; use < results.Length; use++)
        {
            var report = await OpenSslClient.RequestAsync(port, $"{Tls13} -sess_in {SessionFile}");
            Assert.True(report.Connected, report.Process.Text);
            results[use] = report.Resumed;
        }

        return results;
    }

    private async Task<ServerAnswer> OfferAsync(int port, ClientHello hello, params byte[] modes)
    {
        await SaveSessionAsync(port);
        var message = hello.ToResumptionMessage(SavedSession.Read(SessionFile), modes);
        return await HelloProbe.SendAsync(port, ClientHello.ToRecords(message));
    }
}
