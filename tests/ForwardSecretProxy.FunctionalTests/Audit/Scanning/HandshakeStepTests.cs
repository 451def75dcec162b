using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>A whole scan, for what complete handshakes add to it.</summary>
public sealed class HandshakeStepTests
{
    [Fact]
    public async Task Scan_OpenSsl_HasWhatHandshakesShow()
    {
        await using var server = await HandshakeServer.StartAsync("rsa:2048", "-alpn http/1.1 -cipher ECDHE+AESGCM");
        // The name that s_server's certificate is for; a port that HTTP is expected on.
        var begun = new EndpointObservation { Host = "localhost", Port = 443, Address = "127.0.0.1", At = default, ServerName = "localhost" };

        var seen = await EndpointScanner.ScanAsync(server.OpenAsync, begun, new ScanOptions { Samples = 3 }, null, default);

        Assert.Empty(seen.Gaps);
        Assert.Equal((Answer.Yes, Answer.Yes), (seen.Tls12Tickets.Issued, seen.Tls12Tickets.ResumesTwice));
        Assert.Equal((Answer.Yes, Answer.No), (seen.Tls13Resumption.Issued, seen.Tls13Resumption.ResumesWithoutKeyExchange));
        Assert.Equal((Answer.Yes, Answer.No), (seen.SessionIds.Resumes, seen.Features.ClientRenegotiation));
        Assert.Equal(200, seen.Http?.Status);
        Assert.Contains(seen.HandshakeSignatures, one => one is { Version: TlsVersion.Tls13, Verified: > 0, Broken: 0 });
        // The same certificate in both versions, and for any name, is one.
        Assert.True(Assert.Single(seen.Certificates).IsForTarget);
        Assert.Equal(["http/1.1"], seen.ApplicationProtocols);
    }
}
