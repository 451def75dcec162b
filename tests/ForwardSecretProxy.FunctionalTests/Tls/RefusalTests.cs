using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

/// <summary>
/// What opens the past is refused. Every offer is made twice, by the same client: the proxy refuses it, and a
/// permissive server accepts it, which shows that it was really made.
/// </summary>
[Collection(RunningProxy.Name)]
public class RefusalTests(ProxyFixture proxy)
{
    private const int HandshakeFailure = 40;
    private const int IllegalParameter = 47;
    private const int ProtocolVersion = 70;
    private const string Lax = "@SECLEVEL=0";

    [Theory]
    [InlineData("AES128-GCM-SHA256")]
    [InlineData("AES256-GCM-SHA384")]
    [InlineData("AES128-SHA")]
    [InlineData("AES128-CCM")]
    [InlineData("DHE-RSA-AES128-GCM-SHA256")]
    [InlineData("DHE-RSA-AES256-GCM-SHA384")]
    [InlineData("DHE-RSA-CHACHA20-POLY1305")]
    [InlineData("ECDHE-RSA-AES128-SHA256")]
    [InlineData("ECDHE-RSA-AES256-SHA384")]
    [InlineData("ECDHE-RSA-AES128-SHA")]
    [InlineData("ECDHE-ECDSA-AES128-SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-SHA")]
    [InlineData("ECDHE-ECDSA-AES128-CCM")]
    [InlineData("ECDHE-RSA-CAMELLIA128-SHA256")]
    [InlineData("NULL-SHA256")]
    [InlineData("ECDHE-RSA-NULL-SHA")]
    [InlineData("ADH-AES128-GCM-SHA256")]
    [InlineData("AECDH-AES128-SHA")]
    public async Task Handshake_ForbiddenTls12Suite_IsRefused(string suite)
    {
        var offer = $"-tls1_2 -cipher {suite}:{Lax}";
        await using var permissive = await PermissiveServer.StartAsync($"-cipher ALL:eNULL:aNULL:{Lax}");

        var control = await OpenSslClient.RequestAsync(permissive.Port, offer);
        var refused = await OpenSslClient.RequestAsync(proxy.Port, offer);

        Assert.True(control.Connected, control.Process.Text);
        Assert.Equal(suite, control.Suite);
        Assert.False(refused.Connected, refused.Process.Text);
        Assert.Equal(HandshakeFailure, refused.Alert);
    }

    [Theory]
    [InlineData("-tls1", "TLSv1")]
    [InlineData("-tls1_1", "TLSv1.1")]
    public async Task Handshake_OldVersion_IsRefused(string option, string version)
    {
        var offer = $"{option} -cipher ALL:{Lax}";
        await using var permissive = await PermissiveServer.StartAsync($"{option} -cipher ALL:{Lax}");

        var control = await OpenSslClient.RequestAsync(permissive.Port, offer);
        var refused = await OpenSslClient.RequestAsync(proxy.Port, offer);

        Assert.True(control.Connected, control.Process.Text);
        Assert.Contains($"Protocol  : {version}\n", control.Process.Output, StringComparison.Ordinal);
        Assert.False(refused.Connected, refused.Process.Text);
        Assert.Equal(ProtocolVersion, refused.Alert);
    }

    [Theory]
    [InlineData("-tls1_3", "ffdhe2048")]
    [InlineData("-tls1_3", "ffdhe3072")]
    [InlineData("-tls1_3", "X448")]
    [InlineData("-tls1_3", "P-521")]
    [InlineData("-tls1_2", "P-521")]
    [InlineData("-tls1_2", "brainpoolP256r1")]
    public async Task Handshake_GroupThatIsNotOffered_IsRefused(string version, string group)
    {
        var offer = $"{version} -groups {group}";
        await using var permissive = await PermissiveServer.StartAsync($"-groups {group}:X25519:P-256");

        var control = await OpenSslClient.RequestAsync(permissive.Port, offer);
        var refused = await OpenSslClient.RequestAsync(proxy.Port, offer);

        Assert.True(control.Connected, control.Process.Text);
        Assert.False(refused.Connected, refused.Process.Text);
        Assert.Equal(HandshakeFailure, refused.Alert);
    }

    [Theory]
    [InlineData("RSA+SHA1")]
    [InlineData("ECDSA+SHA1")]
    public async Task Handshake_Sha1SignaturesOnly_IsRefused(string algorithms)
    {
        var offer = $"-tls1_2 -sigalgs {algorithms} -cipher ALL:{Lax}";
        await using var permissive = await PermissiveServer.StartAsync($"-cipher ALL:{Lax}");

        var control = await OpenSslClient.RequestAsync(permissive.Port, offer);
        var refused = await OpenSslClient.RequestAsync(proxy.Port, offer);

        Assert.True(control.Connected, control.Process.Text);
        Assert.False(refused.Connected, refused.Process.Text);
        Assert.Equal(HandshakeFailure, refused.Alert);
    }

    [Fact]
    public async Task Handshake_Tls12CompressionOffered_IsNotUsed()
    {
        // DEFLATE first. No OpenSSL of a distribution can do it any more, so there is no server for a control.
        var hello = ClientHello.Tls12().WithCompression(1, 0);

        var answer = await HelloProbe.SendAsync(proxy.Port, ClientHello.ToRecords(hello.ToMessage()));

        Assert.True(answer.IsServerHello);
        Assert.Equal(0, answer.Compression);
    }

    [Fact]
    public async Task Handshake_Tls13WithCompression_IsRefused()
    {
        var hello = ClientHello.Tls13().WithCompression(1, 0);

        var answer = await HelloProbe.SendAsync(proxy.Port, ClientHello.ToRecords(hello.ToMessage()));

        // RFC 8446 section 4.1.2
        Assert.Equal(IllegalParameter, answer.Alert);
    }

    [Fact]
    public async Task Renegotiation_AskedForByClient_IsRefused()
    {
        // s_client renegotiates on a line that begins with R.
        await using var permissive = await PermissiveServer.StartAsync("-client_renegotiation");

        var control = await OpenSslClient.RunAsync(permissive.Port, "-tls1_2", "R\n");
        var refused = await OpenSslClient.RunAsync(proxy.Port, "-tls1_2", "R\n");

        Assert.Contains("RENEGOTIATING", control.Process.Error, StringComparison.Ordinal);
        Assert.Equal(0, control.Process.ExitCode);
        Assert.True(refused.Connected, refused.Process.Text);
        Assert.Contains("RENEGOTIATING", refused.Process.Error, StringComparison.Ordinal);
        Assert.Contains("no renegotiation", refused.Process.Error, StringComparison.Ordinal);
    }
}
