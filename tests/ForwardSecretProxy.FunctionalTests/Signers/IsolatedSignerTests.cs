using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using static ForwardSecretProxy.FunctionalTests.Fixtures.SignerProcesses;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>The whole program with its token's module in processes of their own.</summary>
[Collection(OwnProxy.Name)]
public sealed class IsolatedSignerTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_ByDefault_LoadsNoModuleAndItsWorkerDoes()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).Without("Signer");
        await using var fsp = await ServeAsync(configuration);

        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_3")).Connected);
        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_2 -sigalgs RSA+SHA256")).Connected);
        Assert.False(HasLoaded(fsp.Id, "softhsm"));
        Assert.True(HasLoaded(Worker(fsp), "softhsm"));
    }

    [Fact]
    public async Task Serve_InProcess_LoadsTheModuleAndStartsNothing()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = await ServeAsync(configuration);

        Assert.True(HasLoaded(fsp.Id, "softhsm"));
        Assert.Empty(Children(fsp.Id));
    }

    [Fact]
    public async Task Serve_WorkerIsKilledUnderLoad_NoHandshakeFails()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        await using var fsp = await ServeAsync(configuration);
        await using var clients = new ToughClients(configuration.Port, proxy.Authority.TrustOnlyThis(), count: 3);

        for (var kill = 0; kill < 3; kill++)
        {
            await clients.WaitForSuccessAsync(ToughClients.Patience);
            var worker = Worker(fsp);
            // Its own line first: what is counted from then on is its successors'.
            await fsp.WaitForLineAsync(line => IsStarted(line, worker));
            await fsp.NextLineAsync(IsStarted, () =>
            {
                Kill(worker);
                return Task.CompletedTask;
            });
            Assert.NotEqual(worker, Worker(fsp));
            await clients.WaitForSuccessAsync(ToughClients.Patience);
        }

        await clients.StopAsync();
        Assert.Empty(clients.Failed);
        Assert.Contains(fsp.Lines, line => line.Contains("[2041]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serve_Ends_LeavesNoProcessBehind()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        var fsp = await ServeAsync(configuration);
        var started = StartedBy(fsp);

        Assert.Equal(0, await fsp.StopAsync());
        await fsp.DisposeAsync();

        foreach (var process in started) await EndsAsync(process);
    }

    [Fact]
    public async Task Serve_KilledItself_LeavesNoProcessBehind()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        await using var fsp = await ServeAsync(configuration);
        var started = StartedBy(fsp);

        await fsp.SignalAsync("KILL");

        foreach (var process in started) await EndsAsync(process);
    }

    [Fact]
    public async Task Serve_WrongPin_TriesOnceAndSaysWhere()
    {
        const string wrong = "not-the-pin-0815";
        RunLog.AddSecret(wrong, "wrong PIN");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Signer", "isolated")
            .With("Tokens:main:PinFile", _directory.Write("wrong-pin", wrong + "\n"));

        var result = await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Tokens:main:PinFile", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ModuleThatIsNotThere_NamesTheKey()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Signer", "isolated")
            .With("Tokens:main:Module", "/nowhere/token.so");

        var result = await FspProcess.RunAsync(
            ["check", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("error: Tokens:main: There is no PKCS#11 module at /nowhere/token.so", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_TokenChanges_IsServedByAnotherWorker()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        await using var fsp = await ServeAsync(configuration);
        var before = Worker(fsp);

        configuration.With("Tokens:main:Sessions", 3).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_3")).Connected);
        Assert.Contains(Workers(fsp), worker => worker != before);
    }

    [Fact]
    public async Task Signer_RunByItself_SignsForWhomItMay()
    {
        var socket = _directory.File("signer.sock");
        await using var signer = await SignAsync(socket, "[]");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", $"unix:{socket}").Without("Tokens");
        await using var fsp = await ServeAsync(configuration);

        Assert.True((await OpenSslClient.RequestAsync(configuration.Port, "-tls1_3")).Connected);
        Assert.Empty(Children(fsp.Id));
        Assert.False(HasLoaded(fsp.Id, "softhsm"));
    }

    [Fact]
    public async Task Signer_OtherUsersProcess_IsRefusedAndLogged()
    {
        var socket = _directory.File("signer.sock");
        await using var signer = await SignAsync(socket, "[ \"65533\" ]");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", $"unix:{socket}").Without("Tokens");

        var result = await FspProcess.RunAsync(
            ["check", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("error: Signer: ", result.Text, StringComparison.Ordinal);
        Assert.Contains("SignerClients", result.Text, StringComparison.Ordinal);
        await signer.WaitForLineAsync(line => line.Contains("[2044]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Signer_ReloadWithOtherClientsOrSocket_SaysThatItTakesARestart()
    {
        var socket = _directory.File("signer.sock");
        await using var signer = await SignAsync(socket, "[]");

        WriteSigner($"\"unix:{socket}\"", "[ \"65533\" ]");
        await signer.NextLineAsync(line => IsRefused(line, "SignerClients: "), () => signer.SignalAsync("HUP"));
        WriteSigner($"\"unix:{socket}.other\"", "[]");
        await signer.NextLineAsync(line => IsRefused(line, "Signer: "), () => signer.SignalAsync("HUP"));

        static bool IsRefused(string line, string key) => line.Contains("[2046]", StringComparison.Ordinal)
            && line.Contains(key, StringComparison.Ordinal) && line.Contains("Restart the signer.", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"isolated\"", "does not say where to listen")]
    [InlineData("\"elsewhere\"", "is not known")]
    [InlineData("\"unix:/nowhere/signer.sock\"", "Its folder must exist")]
    public async Task Signer_BadAddress_SaysWhatToMend(string signer, string expected)
    {
        var result = await FspProcess.RunAsync(["signer", "--config", WriteSigner(signer, "[]")], environment: proxy.Token.Environment);

        Assert.InRange(result.ExitCode, 2, 3);
        Assert.Contains(expected, result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
    }

    private Task<FspProcess> ServeAsync(ProxyConfiguration configuration) =>
        FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

    private async Task<FspProcess> SignAsync(string socket, string clients)
    {
        var signer = FspProcess.Start(["signer", "--config", WriteSigner($"\"unix:{socket}\"", clients)], proxy.Token.Environment);
        await signer.WaitForLineAsync(line => line.Contains("[2045]", StringComparison.Ordinal));
        return signer;
    }

    private string WriteSigner(string signer, string clients) => _directory.Write("signer.jsonc", $$"""
        {
          "Signer": {{signer}},
          "SignerClients": {{clients}},
          "Tokens": { "main": { "Module": "{{ServingToken.Module}}", "Label": "{{ServingToken.Label}}", "PinFile": "{{proxy.Token.PinFile}}" } }
        }
        """);

    private static bool IsStarted(string line) => line.Contains("[2040]", StringComparison.Ordinal);

    private static bool IsStarted(string line, int worker) =>
        IsStarted(line) && line.EndsWith(string.Create(CultureInfo.InvariantCulture, $"is process {worker}."), StringComparison.Ordinal);

    private static int[] StartedBy(FspProcess fsp) => [Keeper(fsp), Worker(fsp)];

    private static bool HasLoaded(int process, string library) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/maps")).Contains(library, StringComparison.Ordinal);

    private static async Task EndsAsync(int process)
    {
        try
        {
            using var ending = Process.GetProcessById(process);
            await ending.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }
}
