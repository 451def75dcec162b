using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>What <c>/readyz</c> says of a server that is well, has lost its token, or stops.</summary>
[Collection(OwnProxy.Name)]
public sealed class ReadinessTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Ready_TokenGone_IsNotAndSaysWhy()
    {
        using var token = await ServingToken.CreateAsync();
        var publicKey = await token.GenerateKeyAsync("web", "ec-p256");
        var configuration = new ProxyConfiguration(proxy.BackendUrl)
            .WithToken(ServingToken.Module, ServingToken.Label, token.PinFile)
            .WithCertificate("web", _directory.Write("web.pem", proxy.Authority.Issue(publicKey, "web.example.test")),
                "pkcs11:token=fsp;object=web");
        var admin = AdminProxy.FreeAddress();
        configuration.With("Admin:Address", admin);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, token.Environment);
        Assert.Contains("\"ready\":true", await WaitAsync(admin, "200"), StringComparison.Ordinal);

        Directory.Move(token.TokenDirectory, token.TokenDirectory + ".gone");
        var gone = await WaitAsync(admin, "503");
        var metrics = await ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "10", $"http://{admin}/metrics"]);
        var status = await FspProcess.RunAsync(["status", "--admin", admin]);
        // SoftHSM does not take files back in the same process: that it is ready again is SigningProbeTests' part.
        Directory.Move(token.TokenDirectory + ".gone", token.TokenDirectory);

        Assert.Contains("{\"name\":\"tokens\",\"ok\":false,\"message\":\"the token \\u0022fsp\\u0022 does not sign for "
            + "certificate web: ", gone, StringComparison.Ordinal);
        Assert.Contains("{\"name\":\"listeners\",\"ok\":true", gone, StringComparison.Ordinal);
        Assert.Contains("fsp_token_can_sign{fsp_certificate=\"web\",fsp_token=\"fsp\"} 0\n", metrics.Output, StringComparison.Ordinal);
        Assert.Contains("fsp_ready{} 0\n", metrics.Output, StringComparison.Ordinal);
        Assert.Equal(1, status.ExitCode);
        Assert.StartsWith("not ready", status.Output, StringComparison.Ordinal);
        // Once, however often it was asked.
        Assert.Single(fsp.Lines, line => line.Contains("[5001]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ready_WhileDraining_IsNot()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var configuration = proxy.NewConfiguration($"http://{hanging.LocalEndpoint}").With("Limits:DrainTimeout", "10s");
        var admin = AdminProxy.FreeAddress();
        configuration.With("Admin:Address", admin);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        var request = Curl.GetAsync(configuration.Port, "/", "--cacert", proxy.RootPath);
        using var accepted = await hanging.AcceptTcpClientAsync();

        var stopped = fsp.StopAsync();
        await fsp.WaitForLineAsync(line => line.Contains("Stopping", StringComparison.Ordinal));
        var draining = await WaitAsync(admin, "503");
        var alive = await ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "5", $"http://{admin}/healthz"]);
        await accepted.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());

        Assert.Contains("{\"name\":\"drain\",\"ok\":false", draining, StringComparison.Ordinal);
        Assert.Contains("alive", alive.Output, StringComparison.Ordinal);
        Assert.Equal("ok", (await request).Output);
        Assert.Equal(0, await stopped);
    }

    private static async Task<string> WaitAsync(string admin, string wanted)
    {
        for (var end = DateTime.UtcNow.AddSeconds(25); ; await Task.Delay(100))
        {
            var result = await ProcessRunner.RunAsync(
                "curl", ["-sS", "--max-time", "10", "-w", "%{http_code}", $"http://{admin}/readyz"]);
            if (result.Output.EndsWith(wanted, StringComparison.Ordinal))
                return result.Output;
            Assert.True(DateTime.UtcNow < end, result.Text);
        }
    }
}
