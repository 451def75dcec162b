using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Secrecy;

/// <summary>
/// Nothing secret is ever logged, at any level. The last test of the run: it searches what every proxy process of
/// the whole run wrote.
/// </summary>
[Collection(RunsLast.Name)]
public sealed class LogTests(ProxyFixture proxy) : IClassFixture<ProxyFixture>, IDisposable
{
    private const int ShortestTelling = 6;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Logs_OfTheWholeRun_HoldNoSecrets()
    {
        await ProvokeAsync();

        Assert.NotEmpty(RunLog.Secrets);
        Assert.InRange(RunLog.Lines.Count, 50, int.MaxValue);
        Assert.Empty(Leaks(RunLog.Lines));
    }

    [Fact]
    public void Leaks_LineWithASecret_AreFound()
    {
        // The control: the search does find what it looks for, whole or as a part.
        Assert.Single(Leaks(["harmless", $"login with {proxy.Token.Pin} failed"]));
        Assert.Single(Leaks(["-----BEGIN PRIVATE KEY-----"]));
        Assert.Single(Leaks(["CLIENT_RANDOM 00 11"]));
    }

    // A session, and the failures whose messages are most likely to say too much, at the most talkative level.
    private async Task ProvokeAsync()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Logging:LogLevel:Default", "Trace");
        var path = configuration.WriteTo(_directory);
        await using (var fsp = await FspProcess.ServeAsync(path, configuration.Port, proxy.Token.Environment))
        {
            Assert.True((await OpenSslClient.RequestAsync(configuration.Port)).Connected);
            Assert.False((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_1")).Connected);
            await HelloProbe.SendAsync(configuration.Port, "garbage"u8.ToArray());
            await fsp.StopAsync();
        }

        const string wrongPin = "wrong-pin-0815-x";
        RunLog.AddSecret(wrongPin, "wrong PIN");
        configuration.With("Tokens:main:PinFile", _directory.Write("wrong", wrongPin));
        await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        const string pinInUri = "pin-in-a-uri-1234";
        RunLog.AddSecret(pinInUri, "PIN in a key's URI");
        configuration.With("Certificates:other:Key", $"pkcs11:token=fsp;object=other?pin-value={pinInUri}");
        await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);
        await FspProcess.RunAsync(
            ["check", "--config", configuration.WriteTo(_directory), "--json"], environment: proxy.Token.Environment);
    }

    // Each finding names the secret by its meaning, never by its value.
    private static List<string> Leaks(IEnumerable<string> lines) =>
    [
        .. from line in lines
           from meaning in Meanings(line)
           select $"{meaning} in a line of {line.Length} characters",
    ];

    private static IEnumerable<string> Meanings(string line)
    {
        foreach (var (secret, meaning) in RunLog.Secrets)
        {
            if (secret.Length >= ShortestTelling && line.Contains(secret, StringComparison.OrdinalIgnoreCase))
                yield return meaning;
        }

        foreach (var mark in (string[])["PRIVATE KEY", "CLIENT_RANDOM", "TRAFFIC_SECRET", "EXPORTER_SECRET", "pin-value="])
        {
            if (line.Contains(mark, StringComparison.Ordinal))
                yield return mark;
        }
    }
}
