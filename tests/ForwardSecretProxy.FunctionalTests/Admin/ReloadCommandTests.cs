using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>What <c>fsp reload</c> does and says.</summary>
[Collection(OwnProxy.Name)]
public sealed class ReloadCommandTests(ProxyFixture proxy) : IDisposable
{
    private const int Findings = 1;
    private const int Wrong = 2;
    private const int NobodyAnswers = 3;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reload_NewState_IsServedWhenTheCommandReturns()
    {
        await using var next = await GatedBackend.StartAsync("next");
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        Change(admin, proxy.BackendUrl, next.Url);

        var result = await FspProcess.RunAsync(["reload", "--config", admin.ConfigurationPath]);

        Assert.True(result.ExitCode == 0, result.Text);
        await using var client = await Http1Client.ConnectAsync(admin.Port, proxy.Authority);
        Assert.EndsWith("next\r\n0\r\n\r\n", await client.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_WrongState_NamesTheKeyAndChangesNothing()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        Change(admin, "other.pem", "no-such-file.pem");

        var text = await FspProcess.RunAsync(["reload", "--admin", admin.Address]);
        var json = await FspProcess.RunAsync(["reload", "--admin", admin.Address, "--json"]);

        Assert.Equal(Wrong, text.ExitCode);
        Assert.Contains("Certificates:other:Chain", text.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", text.Output, StringComparison.Ordinal);
        Assert.Equal(Wrong, json.ExitCode);
        Assert.Contains("\"swapped\": false", json.Output, StringComparison.Ordinal);
        Assert.Equal(200, (await admin.GetAsync("/readyz")).Status);
        Assert.Contains("\nfsp_configuration_refused{} 1\n", (await admin.GetAsync("/metrics")).Body, StringComparison.Ordinal);
        Assert.Contains("The last reload was refused", (await admin.GetAsync("/status")).Body, StringComparison.Ordinal);

        Change(admin, "no-such-file.pem", "other.pem");
        Assert.Equal(0, (await FspProcess.RunAsync(["reload", "--admin", admin.Address])).ExitCode);
        Assert.DoesNotContain("The last reload was refused", (await admin.GetAsync("/status")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ChangeThatWaitsForARestart_IsAFinding()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        var elsewhere = AdminProxy.FreeAddress();
        Change(admin, admin.Address, elsewhere);

        var result = await FspProcess.RunAsync(["reload", "--admin", admin.Address]);

        Assert.Equal(Findings, result.ExitCode);
        Assert.Contains("Admin: it has changed", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_NobodyThere_SaysSo()
    {
        var result = await FspProcess.RunAsync(["reload", "--admin", AdminProxy.FreeAddress()]);

        Assert.Equal(NobodyAnswers, result.ExitCode);
        Assert.Contains("does not answer", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_FromAWebPage_IsRefused()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);

        // The control: the same request by the operator.
        Assert.Equal(200, (await admin.GetAsync("/reload", "--request", "POST")).Status);
        Assert.Equal(403, (await admin.GetAsync("/reload", "--request", "POST", "-H", "Origin: http://evil.example")).Status);
        Assert.Equal(405, (await admin.GetAsync("/reload")).Status);
        Assert.Single(admin.Process.Outcomes());
    }

    private static void Change(AdminProxy admin, string from, string to)
    {
        var text = File.ReadAllText(admin.ConfigurationPath);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(admin.ConfigurationPath, text.Replace(from, to, StringComparison.Ordinal));
    }
}
