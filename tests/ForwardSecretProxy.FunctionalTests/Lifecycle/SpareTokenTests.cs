using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Admin;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>A token in use and one in the drawer, from the start without it to the day the first one is pulled.</summary>
[Collection(OwnProxy.Name)]
public sealed class SpareTokenTests(ProxyFixture proxy) : IDisposable
{
    private const int Clients = 8;

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_SpareAppearsAndThePrimaryIsPulled_GoesOnWithinASecond()
    {
        // A module of its own that is not there yet: the drawer.
        var drawer = _directory.File("drawer.so");
        using var tokens = await TwoTokens.CreateAsync(proxy, _directory, ServingToken.Module, drawer);
        var admin = AdminProxy.FreeAddress();
        var path = tokens.Configuration.With("Admin:Address", admin).WriteTo(_directory);

        var check = await FspProcess.RunAsync(["check", "--config", path], environment: tokens.Environment);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("Certificates:web:Spares:0:Key", check.Output, StringComparison.Ordinal);
        var records = await FspProcess.RunAsync(["tlsa", "--config", path, "--name", ProxyFixture.DefaultName]);
        Assert.Contains("; certificate \"web\"\n", records.Output, StringComparison.Ordinal);
        Assert.Contains("; certificate \"web\", spare 1\n", records.Output, StringComparison.Ordinal);
        await using var fsp = await FspProcess.ServeAsync(path, tokens.Configuration.Port, tokens.Environment);

        Assert.True(await fsp.NextReloadAsync(() =>
        {
            File.Copy(ServingToken.Module, drawer);
            return Task.CompletedTask;
        }));
        Assert.Contains(fsp.Lines, line => line.Contains("[2034]", StringComparison.Ordinal));
        var due = await FspProcess.RunAsync(["cert", "status", "--config", path, "--json"], environment: tokens.Environment);
        Assert.Equal([("Certificates:web", "fsp"), ("Certificates:web:Spares:0", "drawer")], JsonNode.Parse(due.Output)!["certificates"]!.AsArray()
            .Select(each => ((string)each!["path"]!, (string)each["keys"]![0]!["token"]!)));

        await using var clients = await StartClientsAsync(tokens);
        Directory.Move(tokens.MainDirectory, _directory.File("pulled"));
        await clients.WaitForSuccessesAsync(Clients, OneSecond, tokens.SparePublicKey);
        await clients.StopAsync();
        await fsp.WaitForLineAsync(SpareStandsIn);
        AssertFewFailed(clients);

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

    [Fact]
    public async Task Serve_IsolatedSignerIsKilledOrItsTokenGoes_GoesOnWithinASecondAndIsRelieved()
    {
        using var faults = new FaultControl(_directory.File("control"));
        using var tokens = await TwoTokens.CreateAsync(proxy, _directory, await FaultModule.PathAsync(), ServingToken.Module);
        var path = tokens.Configuration
            .With("Signer", "isolated")
            // Half of the clients are in a signature when it happens, and have to wait for what becomes of it.
            .With("Tokens:main:Sessions", Clients / 2)
            .With("Certificates:web:FailBackAfter", "1s")
            .With("Logging:LogLevel:Default", "Debug")
            .WriteTo(_directory);
        var environment = new Dictionary<string, string?>(tokens.Environment) { ["FAULTP11_CONTROL"] = faults.Path };
        await using var fsp = await FspProcess.ServeAsync(path, tokens.Configuration.Port, environment);
        await using var clients = await StartClientsAsync(tokens);

        var worker = await SignerProcesses.WorkerOfAsync(fsp, "main");
        await fsp.NextLineAsync(SpareStandsIn, () =>
        {
            // The next one does not come so far either: what is served then, the spare has signed.
            faults.Hang(FaultFunction.Initialize);
            SignerProcesses.Kill(worker);
            return clients.WaitForSuccessesAsync(Clients, OneSecond, tokens.SparePublicKey);
        });
        faults.Mend(FaultFunction.Initialize);
        await fsp.WaitForLineAsync(line => line.Contains("[2031]", StringComparison.Ordinal));
        await clients.WaitForSuccessesAsync(Clients, OneSecond, tokens.PublicKey);

        await fsp.NextLineAsync(SpareStandsIn, () =>
        {
            faults.IsAbsent = true;
            return clients.WaitForSuccessesAsync(Clients, OneSecond, tokens.SparePublicKey);
        });
        await clients.StopAsync();
        AssertFewFailed(clients);
    }

    private async Task<ToughClients> StartClientsAsync(TwoTokens tokens)
    {
        var clients = new ToughClients(tokens.Configuration.Port, proxy.Authority.TrustOnlyThis(), Clients);
        await clients.WaitForSuccessesAsync(Clients, ToughClients.Patience, tokens.PublicKey);
        Assert.Empty(clients.Failed);
        return clients;
    }

    private static bool SpareStandsIn(string line) => line.Contains("[2030]", StringComparison.Ordinal);

    // Those that were in the middle of it, and as many as it takes to tell.
    private static void AssertFewFailed(ToughClients clients) =>
        Assert.True(clients.Failed.Count() < 30, string.Join('\n', clients.Failed));
}
