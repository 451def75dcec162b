using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>What a service is told about a client's certificate comes from the handshake and from nowhere else.</summary>
[Collection(RunningProxy.Name)]
public sealed class ClientIdentityTests(ProxyFixture proxy, ClientCertificateFixture clients)
    : IClassFixture<ClientCertificateFixture>
{
    private static readonly string[] Forged =
    [
        "Client-Cert: :Zm9yZ2Vk:", "Client-Cert-Chain: :Zm9yZ2Vk:", "client_cert: :Zm9yZ2Vk:",
        "X-Client-Certificate-Subject: CN=forged", "x_client_certificate_subject: CN=forged",
        "X-Client-Certificate-Fingerprint: forged", "X-SSL-Client-S-DN: CN=forged", "X-Forwarded-Client-Cert: Subject=forged",
    ];

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Headers_FromTheClient_AreDiscardedOnEveryListener(string version)
    {
        string[] forged = [.. Forged.SelectMany(header => (string[])["-H", header]), "-H", "X-Client-Version: forged"];
        foreach (var port in (int[])[clients.Plain, clients.Optional, proxy.Port])
        {
            var seen = await GetAsync(port, [version, .. forged]);

            // The control: the proxy passes on what the client sends under another name.
            Assert.Equal("forged", seen.Headers["x-client-version"]);
            Assert.Single(seen.Headers, header => header.Value.Contains("forged", StringComparison.Ordinal)
                || header.Value.Contains("Zm9yZ2Vk", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Headers_FromAClientWithACertificate_AreReplaced(string version)
    {
        string[] forged = [.. Forged.SelectMany(header => (string[])["-H", header])];

        var seen = await GetAsync(clients.Required, [version, .. Certificate("p384"), .. forged]);

        Assert.Equal("CN=p384", seen.Headers["x-client-certificate-subject"]);
        Assert.DoesNotContain(seen.Headers.Values, value =>
            value.Contains("forged", StringComparison.Ordinal) || value.Contains("Zm9yZ2Vk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Headers_NamedInConnection_ReachTheServiceAllTheSame()
    {
        var seen = await GetAsync(clients.Required,
            ["--http1.1", .. Certificate("p384"), "-H", "Connection: close, Client-Cert, X-Client-Certificate-Subject"]);

        Assert.Equal("CN=p384", seen.Headers["x-client-certificate-subject"]);
        Assert.Contains("client-cert", seen.Headers.Keys);
    }

    [Fact]
    public async Task Headers_InATrailer_StayOutside()
    {
        const string request = "POST / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
            + "Trailer: X-Client-Certificate-Subject\r\n\r\n1\r\nx\r\n0\r\nX-Client-Certificate-Subject: CN=forged\r\n\r\n";

        var report = await OpenSslClient.RunAsync(clients.Optional, "-ign_eof", request);

        Assert.Contains("HTTP/1.1 200 OK", report.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", report.Process.Output[report.Process.Output.IndexOf("HTTP/1.1 200", StringComparison.Ordinal)..],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subject_OfAnyContent_IsEscapedAndPrintable()
    {
        clients.Authority.Issue("odd", subject: "CN=\"Zoë, admin\r\nX-Injected: 1\",O=\" #=+<>;\\ \"");

        var seen = await GetAsync(clients.Required, ["--http1.1", .. Certificate("odd")]);

        Assert.Equal(
            @"CN=Zo\C3\AB\, admin\0D\0AX-Injected: 1,O=\ #=\+\<\>\;\\\20", seen.Headers["x-client-certificate-subject"]);
        Assert.DoesNotContain("x-injected", seen.Headers.Keys);
    }

    [Fact]
    public async Task Subject_Empty_IsLeftOut()
    {
        clients.Authority.Issue("nameless", subject: "");

        var seen = await GetAsync(clients.Required, ["--http1.1", .. Certificate("nameless")]);

        Assert.DoesNotContain("x-client-certificate-subject", seen.Headers.Keys);
        Assert.Contains("client-cert", seen.Headers.Keys);
    }

    [Fact]
    public async Task Headers_OfSeveralRequestsOnOneConnection_AreTheSame()
    {
        var result = await Curl.GetAsync(clients.Required, "/one",
            ["--cacert", proxy.RootPath, "--http2", .. Certificate("p384"), $"https://{ProxyFixture.DefaultName}:{clients.Required}/two"]);

        Assert.Equal(2, result.Output.Split("CN=p384").Length - 1);
    }

    private string[] Certificate(string client) =>
        ["--cert", clients.Directory.File(client + ".pem"), "--key", clients.Directory.File(client + ".key")];

    private async Task<SeenRequest> GetAsync(int port, params string[] options)
    {
        var result = await Curl.GetAsync(port, "/", ["--cacert", proxy.RootPath, .. options]);
        Assert.True(result.ExitCode == 0, result.Text);
        return SeenRequest.Parse(result.Output);
    }
}
