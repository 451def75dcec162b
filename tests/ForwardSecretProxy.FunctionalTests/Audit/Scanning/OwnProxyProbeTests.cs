using System.Text;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Audit.Handshakes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>The proxy, as the audit's own client finds it.</summary>
[Collection(RunningProxy.Name)]
public sealed class OwnProxyProbeTests(ProxyFixture proxy)
{
    private Handshaker Client => HandshakeServer.ClientOf(proxy.Port);

    [Fact]
    public async Task Tls13Resumption_Proxy_TakesEachTicketOnceAndWithAKeyExchange()
    {
        var offer = new HandshakeOffer(TlsVersion.Tls13) { ServerName = ProxyFixture.DefaultName };

        // Its tickets come with its first answer.
        var request = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {ProxyFixture.DefaultName}\r\n\r\n");
        var (seen, gaps) = await new Tls13ResumptionProbe(Client, offer, new TicketWait(Client.Timeout, request)).RunAsync(4, default);

        Assert.Empty(gaps);
        Assert.Equal((Answer.Yes, Answer.Yes), (seen.Issued, seen.ResumesWithKeyExchange));
        Assert.Equal((Answer.No, Answer.No, Answer.No), (seen.ResumesTwice, seen.ResumesWithoutKeyExchange, seen.AcceptsEarlyData));
        Assert.Equal(4, seen.Samples.Select(sample => sample.Prefix).Distinct().Count());
    }

    [Fact]
    public async Task Tls12_Proxy_IsNeverResumedNorRenegotiated()
    {
        var offer = new HandshakeOffer(TlsVersion.Tls12) { ServerName = ProxyFixture.DefaultName };

        var tickets = await Tls12TicketProbe.RunAsync(Client, offer, 4, default);
        var (ids, _) = await SessionIdProbe.RunAsync(Client, offer, default);
        var renegotiation = await RenegotiationProbe.RunAsync(Client, offer, default);

        Assert.Empty(tickets.Gaps.Concat(ids.Gaps).Concat(renegotiation.Gaps));
        Assert.Equal(Answer.No, tickets.Seen.Issued);
        Assert.Equal(Answer.No, ids.Seen.Resumes);
        Assert.Equal(Answer.No, renegotiation.Seen);
    }

    [Fact]
    public async Task Certificates_Proxy_AreThoseOfEachKindAndName()
    {
        var begun = new EndpointObservation { Host = "", Port = proxy.Port, Address = "", At = default };
        var offer = new HandshakeOffer(TlsVersion.Tls13) { ServerName = ProxyFixture.DefaultName };

        var (seen, gaps) = await new Tls13CertificateProbe(Client, offer).RunAsync(
            begun, offer.Schemes, [ProxyFixture.OtherName], default);

        Assert.Empty(gaps);
        Assert.Equal(2, seen.Certificates.Count(chain => chain.IsForTarget));
        Assert.Contains(seen.Certificates, chain => chain.ServerNames.Contains(ProxyFixture.OtherName) && !chain.IsForTarget);
        Assert.Contains(seen.HandshakeSignatures, signature => signature.Scheme == "ecdsa_secp256r1_sha256");
        Assert.Contains(seen.HandshakeSignatures, signature => signature.Scheme == "rsa_pss_rsae_sha256");
        Assert.All(seen.HandshakeSignatures, signature => Assert.Equal(0, signature.Broken));
    }
}
