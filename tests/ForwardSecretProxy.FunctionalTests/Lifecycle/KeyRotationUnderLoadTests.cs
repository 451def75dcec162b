using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using Xunit.Abstractions;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>
/// A change of keys as an operator makes it, by commands beside a running proxy, under load that forgives nothing
/// (<see cref="ReloadUnderLoadTests"/> has its control).
/// </summary>
[Collection(OwnProxy.Name)]
public sealed class KeyRotationUnderLoadTests(ProxyFixture proxy, ITestOutputHelper output) : IDisposable
{
    private const string Label = "rotated";

    private readonly TemporaryDirectory _directory = new();
    private string _configuration = "";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rotate_UnderLoad_SwitchesAndDestroysWithoutALostRequest()
    {
        var first = await proxy.Token.GenerateKeyAsync(Label, "ec-p256");
        var chain = _directory.Write("rotated.pem", proxy.Authority.Issue(first, TimeSpan.FromDays(30), TimeSpan.FromDays(60), ProxyFixture.DefaultName));
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .WithCertificate("rotated", chain, $"pkcs11:token={ServingToken.Label};object={Label}")
            .With("Listeners:https:Certificates", new System.Text.Json.Nodes.JsonArray("rotated"))
            // As it is by default: the key that the proxy has not seen before is found by a worker that runs already.
            .With("Signer", "isolated");
        _configuration = configuration.WriteTo(_directory);
        await using var fsp = await FspProcess.ServeAsync(_configuration, configuration.Port, proxy.Token.Environment);
        await using var open = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await open.GetAsync("/");
        await using var load = new RequestLoad(configuration.Port, proxy.Authority.TrustOnlyThis());
        await load.WaitForAnswersAsync(50);

        Assert.Equal("makeNext", await RotateAsync("step"));
        await AssertStatusAsync("waiting for the certificate of the next key");
        var request = chain + ".csr";
        Assert.Contains("verify OK", (await ProcessRunner.RunAsync("openssl", ["req", "-verify", "-noout", "-in", request])).Text, StringComparison.Ordinal);
        var second = PublicKeyOf(await File.ReadAllTextAsync(request));
        var answer = _directory.Write("from-ca.pem", proxy.Authority.Issue(second, TimeSpan.FromDays(1), TimeSpan.FromDays(90), ProxyFixture.DefaultName));
        // A running proxy that finds two keys of the label goes on with the one it has.
        Assert.True(await fsp.ReloadAsync());
        Assert.Contains("until then importing", await FspAsync(0, "cert", "import", answer, "--config", _configuration, "--certificate", "rotated"), StringComparison.Ordinal);
        await fsp.WaitForLineAsync(line => line.Contains("[1110]", StringComparison.Ordinal));
        await load.WaitForAnswersAsync(50);

        await using var after = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.Equal(second, KeyOf(after));
        Assert.StartsWith("HTTP/1.1 200 ", await open.GetAsync("/"), StringComparison.Ordinal);
        Assert.Equal(first, KeyOf(open));
        await AssertStatusAsync("is to be destroyed after");

        Assert.Equal("destroyOld", await RotateAsync("step", "--destroy-now"));
        await load.WaitForAnswersAsync(50);
        await load.StopAsync();
        output.WriteLine($"{load.Answered:N0} requests answered during the change of keys");
        Assert.Empty(load.Failures);
        Assert.DoesNotContain("Old key", await FspAsync(0, "cert", "status", "--config", _configuration), StringComparison.Ordinal);
    }

    private async Task<string> RotateAsync(string property, params string[] options)
    {
        using var report = JsonDocument.Parse(await FspAsync(
            0, ["key", "rotate", "--config", _configuration, "--certificate", "rotated", "--json", .. options]));
        return report.RootElement.GetProperty(property).GetString()!;
    }

    private async Task AssertStatusAsync(string step)
    {
        // Nothing of it is due yet.
        using var report = JsonDocument.Parse(await FspAsync(0, "cert", "status", "--config", _configuration, "--json"));
        var certificate = report.RootElement.GetProperty("certificates").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "rotated");
        Assert.Contains(certificate.GetProperty("steps").EnumerateArray(),
            each => each.GetProperty("text").GetString()!.Contains(step, StringComparison.Ordinal));
    }

    private async Task<string> FspAsync(int code, params string[] command)
    {
        var result = await FspProcess.RunAsync(command, environment: proxy.Token.Environment);
        Assert.True(result.ExitCode == code, result.Text);
        return result.Output;
    }

    private static byte[] KeyOf(Http1Client client)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(client.Certificate);
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }

    private static byte[] PublicKeyOf(string request) =>
        CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256).PublicKey.ExportSubjectPublicKeyInfo();
}
