using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>An MTA-STS policy, fetched as mail servers do.</summary>
[Collection(OwnProxy.Name)]
public sealed class MtaStsTests(ProxyFixture proxy) : IDisposable
{
    private const string Target = "/.well-known/mta-sts.txt";
    private const string Host = "mta-sts.example.test";
    private const string Policy = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.test\r\nmax_age: 604800\r\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Policy_IsServedExactlyBeforeTheRoutesAndReplacedByItself()
    {
        var configuration = await ConfigureAsync();
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        foreach (var version in (string[])["--http1.1", "--http2"])
        {
            var (head, body) = Split(await FetchAsync(configuration.Port, Host, version, "-i"));
            Assert.Matches("^HTTP/\\S+ 200", head);
            Assert.Contains("content-type: text/plain\r\n", head + "\r\n", StringComparison.OrdinalIgnoreCase);
            Assert.Equal(Policy, body);
        }
        Assert.Equal(Policy, await FetchAsync(configuration.Port, Host, "-H", $"Host: MTA-STS.Example.test:{configuration.Port}"));
        var (headOnly, nothing) = Split(await FetchAsync(configuration.Port, Host, "-I"));
        Assert.Contains($"content-length: {Policy.Length}", headOnly, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(nothing);
        var (refused, _) = Split(await FetchAsync(configuration.Port, Host, "-i", "-X", "POST"));
        Assert.Matches("^HTTP/\\S+ 405", refused);
        Assert.Contains("allow: GET, HEAD", refused, StringComparison.OrdinalIgnoreCase);

        // The same path of another name is the service's, which has none, and so is another path.
        var other = await FetchAsync(configuration.Port, ProxyFixture.DefaultName, "-i");
        Assert.True(other.Contains(" 404", StringComparison.Ordinal), other);
        var (seen, _) = Split(await FetchAsync(configuration.Port, Host, "-i", "--request-target", "/.well-known/mta-sts"));
        Assert.Matches("^HTTP/\\S+ 200", seen);
        Assert.DoesNotContain("text/plain", seen, StringComparison.OrdinalIgnoreCase);

        var next = Policy.Replace("enforce", "testing", StringComparison.Ordinal);
        File.Move(_directory.Write("next.txt", next), _directory.File("policy.txt"), overwrite: true);
        await fsp.WaitForLineAsync(line => line.Contains("[1005]", StringComparison.Ordinal));
        Assert.Equal(next, await FetchAsync(configuration.Port, Host));

        // A broken one is refused, and the one before served on.
        _directory.Write("policy.txt", "version: STSv1\nmode: strict\n");
        Assert.False(await fsp.ReloadAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("policy.txt, line 2: mode is \"strict\"", StringComparison.Ordinal));
        Assert.Equal(next, await FetchAsync(configuration.Port, Host));
    }

    [Fact]
    public async Task Check_HostWithoutACertificate_IsAWarningAndABrokenFileAnError()
    {
        _directory.Write("policy.txt", Policy);
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("MtaSts:example.test", "policy.txt");

        var warned = await CheckAsync(configuration);
        Assert.Equal(1, warned.ExitCode);
        Assert.Contains("MtaSts:example.test: no certificate of an http listener is for mta-sts.example.test", warned.Output, StringComparison.Ordinal);

        _directory.Write("policy.txt", Policy + "mode: none\r\n");
        var wrong = await CheckAsync(configuration);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("policy.txt, line 5: mode stands a second time", wrong.Output, StringComparison.Ordinal);

        File.Delete(_directory.File("policy.txt"));
        var missing = await CheckAsync(configuration);
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("policy.txt does not exist", missing.Output, StringComparison.Ordinal);

        // The control: with a certificate there is nothing to say.
        var good = await CheckAsync(await ConfigureAsync());
        Assert.True(good.ExitCode == 0, good.Text);
    }

    private async Task<ProxyConfiguration> ConfigureAsync()
    {
        _directory.Write("policy.txt", Policy);
        var key = "sts-" + Guid.NewGuid().ToString("N");
        var publicKey = await proxy.Token.GenerateKeyAsync(key, "ec-p256");
        return proxy.NewConfiguration(proxy.BackendUrl)
            .WithCertificate("sts", _directory.Write("sts.pem", proxy.Authority.Issue(publicKey, Host)),
                $"pkcs11:token={ServingToken.Label};object={key}")
            .With("MtaSts", new JsonObject { ["example.test"] = "policy.txt" });
    }

    private Task<ProcessResult> CheckAsync(ProxyConfiguration configuration) => FspProcess.RunAsync(
        ["check", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

    private async Task<string> FetchAsync(int port, string host, params string[] options)
    {
        var result = await ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "--max-time", "20", "--noproxy", "*", "--cacert", proxy.RootPath,
            "--resolve", string.Create(CultureInfo.InvariantCulture, $"{host}:{port}:127.0.0.1"), .. options,
            string.Create(CultureInfo.InvariantCulture, $"https://{host}:{port}{Target}"),
        ]);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output;
    }

    private static (string Head, string Body) Split(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (answer[..end], answer[(end + 4)..]);
    }
}
