using ForwardSecretProxy.FunctionalTests.Fixtures;
using Xunit.Abstractions;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>That nobody's request is lost when the configuration or the process is exchanged under it.</summary>
[Collection(OwnProxy.Name)]
public sealed class ReloadUnderLoadTests(ProxyFixture proxy, ITestOutputHelper output) : IDisposable
{
    private static readonly int Reloads = FullRun.Number(usual: 40, full: 100);
    private static readonly int Restarts = FullRun.Number(usual: 8, full: 20);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reload_ManyTimesUnderLoad_LosesNoRequest()
    {
        var configuration = Configuration();
        var path = configuration.WriteTo(_directory);
        await using var fsp = await FspProcess.ServeAsync(path, configuration.Port, proxy.Token.Environment);
        await using var load = new RequestLoad(configuration.Port, proxy.Authority.TrustOnlyThis());
        await load.WaitForAnswersAsync(50);

        for (var reload = 0; reload < Reloads; reload++)
        {
            // Every second one changes the certificates' side, too, and not only what is routed.
            configuration.With("Tls:Resumption:Capacity", 1000 + (reload / 2)).WriteTo(_directory);
            Assert.True(await fsp.ReloadAsync());
        }

        await load.WaitForAnswersAsync(50);
        await load.StopAsync();
        output.WriteLine($"{load.Answered:N0} requests answered during {Reloads} reloads");
        Assert.Empty(load.Failures);
        Assert.True(load.Answered > Reloads);
        Assert.Equal(0, await fsp.StopAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("Stopped; 0 TLS connections are left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_ManyTimesWithASocketThatStays_LosesNoRequest()
    {
        var configuration = Configuration();
        await using var supervisor = await Supervisor.ServeAsync(
            configuration.WriteTo(_directory), [configuration.Port], _directory, proxy.Token.Environment);
        await using var load = new RequestLoad(configuration.Port, proxy.Authority.TrustOnlyThis());

        for (var restart = 0; restart < Restarts; restart++)
        {
            await load.WaitForAnswersAsync(30);
            await supervisor.RestartAsync();
        }

        await load.WaitForAnswersAsync(30);
        await load.StopAsync();
        output.WriteLine($"{load.Answered:N0} requests answered during {Restarts} restarts");
        Assert.Empty(load.Failures);
        Assert.Equal(0, await supervisor.StopAsync());
    }

    [Fact]
    public async Task Restart_WithASocketOfItsOwn_LosesRequests()
    {
        // The control of the one above: this load does notice what nobody keeps the socket for.
        var configuration = Configuration();
        await using var supervisor = await Supervisor.ServeAsync(
            configuration.WriteTo(_directory), [], _directory, proxy.Token.Environment);
        await using var load = new RequestLoad(configuration.Port, proxy.Authority.TrustOnlyThis());
        await load.WaitForAnswersAsync(30);

        await supervisor.RestartAsync();
        await load.StopAsync();

        Assert.NotEmpty(load.Failures);
    }

    private ProxyConfiguration Configuration() =>
        proxy.NewConfiguration(proxy.BackendUrl).With("Logging:LogLevel:Default", "Information");
}
