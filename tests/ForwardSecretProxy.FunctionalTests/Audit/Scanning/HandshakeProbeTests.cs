using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Audit.Handshakes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>What complete handshakes find, each once where it is and once where it is not.</summary>
public sealed class HandshakeProbeTests
{
    private const int Samples = 4;

    private static TicketWait Wait => new(TimeSpan.FromSeconds(1), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
    private static readonly HandshakeOffer Tls12 = new(TlsVersion.Tls12);
    private static readonly HandshakeOffer Tls13 = new(TlsVersion.Tls13);

    [Fact]
    public async Task Tls12Tickets_OpenSsl_AreIssuedUnderOneKeyAndGoodTwice()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "");

        var (seen, gaps) = await Tls12TicketProbe.RunAsync(server.Client, Tls12, Samples, default);

        Assert.Empty(gaps);
        Assert.Equal((Answer.Yes, Answer.Yes, Answer.Yes), (seen.Issued, seen.Resumes, seen.ResumesTwice));
        Assert.Equal(Samples, seen.Samples.Count);
        // The key's name; what comes behind it is random.
        Assert.Single(seen.Samples.Select(sample => sample.Prefix).Distinct());
        Assert.All(seen.Samples, sample => Assert.Equal((32, 7200u), (sample.Prefix.Length, sample.LifetimeHint)));
    }

    [Fact]
    public async Task Tls12Tickets_NoTicket_AreNotIssuedButIdsAre()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-no_ticket");

        var (seen, gaps) = await Tls12TicketProbe.RunAsync(server.Client, Tls12, Samples, default);
        var (ids, session) = await SessionIdProbe.RunAsync(server.Client, Tls12, default);

        Assert.Empty(gaps);
        Assert.Equal((Answer.No, Answer.No, Answer.No), (seen.Issued, seen.Resumes, seen.ResumesTwice));
        Assert.Equal((Answer.Yes, Answer.Yes), (ids.Seen.Assigned, ids.Seen.Resumes));
        Assert.NotNull(ids.Seen.HonouredSeconds);
        var (later, _) = await SessionIdProbe.AgainAsync(server.Client, Tls12, session!, ids.Seen, default);
        Assert.True(later.HonouredSeconds > ids.Seen.HonouredSeconds);
    }

    [Fact]
    public async Task SessionIds_NoCache_AreNotResumed()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-no_ticket -no_cache");

        var (ids, session) = await SessionIdProbe.RunAsync(server.Client, Tls12, default);

        Assert.Equal(Answer.No, ids.Seen.Resumes);
        Assert.Null(session);
    }

    [Theory]
    [InlineData("", Answer.No)]
    [InlineData("-allow_no_dhe_kex", Answer.Yes)]
    public async Task Tls13Resumption_OpenSsl_ResumesWithoutKeyExchangeIfAllowed(string options, Answer expected)
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", options);

        var (seen, gaps) = await new Tls13ResumptionProbe(server.Client, Tls13, Wait).RunAsync(Samples, default);

        Assert.Empty(gaps);
        Assert.Equal(expected, seen.ResumesWithoutKeyExchange);
        Assert.Equal((Answer.Yes, Answer.Yes, Answer.Yes), (seen.Issued, seen.ResumesWithKeyExchange, seen.ResumesTwice));
        Assert.Equal((Answer.No, 0u), (seen.AcceptsEarlyData, seen.MaxEarlyData));
        Assert.Single(seen.Samples.Select(sample => sample.Prefix).Distinct());
    }

    [Fact]
    public async Task Tls13Resumption_EarlyData_IsAccepted()
    {
        // It needs a server that reads it, which s_server's HTTP does not.
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-early_data -max_early_data 4321", answersHttp: false);

        var (seen, gaps) = await new Tls13ResumptionProbe(server.Client, Tls13, Wait).RunAsync(Samples, default);

        Assert.Empty(gaps);
        Assert.Equal((Answer.Yes, 4321u), (seen.AcceptsEarlyData, seen.MaxEarlyData));
        // With early data, OpenSSL guards against replay: each ticket is good once.
        Assert.Equal(Answer.No, seen.ResumesTwice);
    }

    [Fact]
    public async Task Tls13Resumption_NoTickets_IsNone()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-num_tickets 0");

        var (seen, gaps) = await new Tls13ResumptionProbe(server.Client, Tls13, Wait).RunAsync(Samples, default);

        Assert.Empty(gaps);
        Assert.Equal((Answer.No, Answer.No), (seen.Issued, seen.ResumesWithoutKeyExchange));
    }

    [Theory]
    [InlineData("-client_renegotiation", Answer.Yes)]
    [InlineData("", Answer.No)]
    public async Task Renegotiation_OpenSsl_IsAllowedIfSaid(string options, Answer expected)
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", $"{options} {HandshakeServer.Everything}", answersHttp: false);

        foreach (var version in (TlsVersion[])[TlsVersion.Tls10, TlsVersion.Tls12])
        {
            var (seen, gaps) = await RenegotiationProbe.RunAsync(server.Client, new HandshakeOffer(version), default);

            Assert.Empty(gaps);
            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public async Task Probes_Nginx_FindItsTicketsSessionsAndHttp()
    {
        using var directory = new TemporaryDirectory();
        var authority = await OpenSslAuthority.CreateAsync(directory, "root");
        var (certificate, key) = await authority.IssueAsync("leaf", "DNS:localhost");
        int first = FreePort.Next(), second = FreePort.Next();
        await using var nginx = await NginxServer.StartAsync($$"""
            ssl_certificate {{certificate}};
            ssl_certificate_key {{key}};
            ssl_protocols TLSv1.2 TLSv1.3;
            server {
              listen 127.0.0.1:{{first}} ssl http2;
              ssl_session_cache shared:one:1m;
              add_header Strict-Transport-Security "max-age=63072000" always;
              return 204;
            }
            server {
              listen 127.0.0.1:{{second}} ssl;
              ssl_session_tickets off;
              ssl_session_cache off;
              return 404;
            }
            """);
        var (with, without) = (HandshakeServer.ClientOf(first), HandshakeServer.ClientOf(second));

        var (tickets, _) = await Tls12TicketProbe.RunAsync(with, Tls12, Samples, default);
        var (noTickets, _) = await Tls12TicketProbe.RunAsync(without, Tls12, Samples, default);
        var ids = (await SessionIdProbe.RunAsync(with, Tls12, default)).Probed.Seen;
        var noIds = (await SessionIdProbe.RunAsync(without, Tls12, default)).Probed.Seen;
        var http1 = await HttpProbe.RunAsync(with, Tls13, "localhost", first, "http/1.1", default);
        var http2 = await HttpProbe.RunAsync(with, Tls13, "localhost", first, "h2", default);
        var plain = await HttpProbe.RunAsync(without, Tls12, "localhost", second, null, default);
        var protocols = await Tls13ApplicationProtocolProbe.RunAsync(with, Tls13, ["http/1.1", "h2", "imap"], default);

        Assert.Equal((Answer.Yes, Answer.Yes, Answer.Yes), (tickets.Issued, tickets.Resumes, tickets.ResumesTwice));
        Assert.Equal((Answer.No, Answer.No), (noTickets.Issued, noTickets.Resumes));
        Assert.Equal((Answer.Yes, Answer.No), (ids.Resumes, noIds.Resumes));
        var gaps = string.Join('\n', http1.Gaps.Concat(http2.Gaps).Concat(plain.Gaps).Concat(protocols.Gaps));
        Assert.True(gaps.Length == 0, gaps);
        Assert.Equal(new HttpObservation(204, "max-age=63072000"), http1.Seen);
        Assert.Equal(new HttpObservation(204, "max-age=63072000"), http2.Seen);
        Assert.Equal(new HttpObservation(404, null), plain.Seen);
        Assert.Equal(["h2", "http/1.1"], protocols.Seen.Order());
    }
}
