using Org.BouncyCastle.Tls;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The handshake that OpenSSL cannot make goes to its end, too.</summary>
public sealed class OldClientTests(RunningServers servers) : IClassFixture<RunningServers>
{
    [Fact]
    public async Task Ssl3_ASuite_CarriesARequest()
    {
        var server = await servers.GetAsync("bouncycastle-ssl3");

        foreach (var suite in (int[])[CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA])
            Assert.Contains("a page", await OldClient.AskAsync(server.Port, ProtocolVersion.SSLv3, suite), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssl3_AGoodServer_IsRefused()
    {
        var server = await servers.GetAsync("bouncycastle-good");

        await Assert.ThrowsAnyAsync<IOException>(() => OldClient.AskAsync(
            server.Port, ProtocolVersion.SSLv3, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA));
    }
}
