using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Admin;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>A token in use and one in the drawer, from the start without it to the day the first one is pulled.</summary>
[Collection(OwnProxy.Name)]
public sealed class SpareTokenTests(ProxyFixture proxy) : IDisposable
{
    private const string Name = ProxyFixture.DefaultName;
    private const int Clients = 8;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_SpareAppearsAndThePrimaryIsPulled_GoesOnWithinASecond()
    {
        using var tokens = await ServingToken.CreateAsync();
        var primary = Assert.Single(Directory.GetDirectories(tokens.TokenDirectory));
        var publicKey = await tokens.GenerateKeyAsync("web", "ec-p256");
        await tokens.AddTokenAsync("drawer");
        var sparePublicKey = await tokens.GenerateKeyAsync("web", "ec-p384", "drawer");
        // A module of its own that is not there yet: the drawer.
        var drawer = _directory.File("drawer.so");
        var admin = AdminProxy.FreeAddress();
        var configuration = new ProxyConfiguration(proxy.BackendUrl)
            .WithToken(ServingToken.Module, ServingToken.Label, tokens.PinFile)
            .With("Tokens:drawer", new JsonObject { ["Module"] = drawer, ["Label"] = "drawer", ["PinFile"] = tokens.PinFile })
            .WithCertificate("web", _directory.Write("web.pem", proxy.Authority.Issue(publicKey, Name)), "pkcs11:token=fsp;object=web")
            .With("Certificates:web:Spares", new JsonArray(new JsonObject
            {
                ["Chain"] = _directory.Write("spare.pem", proxy.Authority.Issue(sparePublicKey, Name)),
                ["Key"] = "pkcs11:token=drawer;object=web",
            }))
            .With("Admin:Address", admin);
        var path = configuration.WriteTo(_directory);

        var check = await FspProcess.RunAsync(["check", "--config", path], environment: tokens.Environment);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("Certificates:web:Spares:0:Key", check.Output, StringComparison.Ordinal);
        var records = await FspProcess.RunAsync(["tlsa", "--config", path, "--name", Name]);
        Assert.Contains("; certificate \"web\"\n", records.Output, StringComparison.Ordinal);
        Assert.Contains("; certificate \"web\", spare 1\n", records.Output, StringComparison.Ordinal);
        await using var fsp = await FspProcess.ServeAsync(path, configuration.Port, tokens.Environment);

        Assert.True(await fsp.NextReloadAsync(() =>
        {
            File.Copy(ServingToken.Module, drawer);
            return Task.CompletedTask;
        }));
        Assert.Contains(fsp.Lines, line => line.Contains("[2034]", StringComparison.Ordinal));
        var due = await FspProcess.RunAsync(["cert", "status", "--config", path, "--json"], environment: tokens.Environment);
        Assert.Equal([("Certificates:web", "fsp"), ("Certificates:web:Spares:0", "drawer")], JsonNode.Parse(due.Output)!["certificates"]!.AsArray()
            .Select(each => ((string)each!["path"]!, (string)each["keys"]![0]!["token"]!)));

        await using var clients = new ToughClients(configuration.Port, proxy.Authority.TrustOnlyThis(), Clients);
        await clients.WaitForSuccessesAsync(Clients, ToughClients.Patience, publicKey);
        Assert.Empty(clients.Failed);
        Directory.Move(primary, _directory.File("pulled"));
        await clients.WaitForSuccessesAsync(Clients, TimeSpan.FromSeconds(1), sparePublicKey);
        await clients.StopAsync();
        await fsp.WaitForLineAsync(line => line.Contains("[2030]", StringComparison.Ordinal));
        // Those that were in the middle of it, and as many as it takes to tell.
        Assert.True(clients.Failed.Count() < 30, string.Join('\n', clients.Failed));

        var metrics = (await ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "10", $"http://{admin}/metrics"])).Output;
        Assert.Contains("fsp_certificate_key_in_use{fsp_certificate=\"web\",fsp_key=\"spare 1\",fsp_token=\"drawer\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_certificate_key_signs{fsp_certificate=\"web\",fsp_key=\"primary\",fsp_token=\"fsp\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_certificate_fail_overs_total{fsp_certificate=\"web\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_ready{} 1\n", metrics, StringComparison.Ordinal);
        var status = await FspProcess.RunAsync(["status", "--admin", admin]);
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("Its spare 1 on token drawer stands in", status.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(0, await fsp.StopAsync());
    }
}
