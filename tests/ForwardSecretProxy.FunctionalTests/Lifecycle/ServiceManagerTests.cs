using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>What passes between the proxy and a service manager.</summary>
[Collection(OwnProxy.Name)]
public sealed class ServiceManagerTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_NotifySocket_HearsOfReadinessReloadsLifeAndTheStop()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var supervisor = await Supervisor.ServeAsync(
            configuration.WriteTo(_directory), [], _directory, proxy.Token.Environment, TimeSpan.FromMilliseconds(500));
        Assert.True((await OpenSslClient.RequestAsync(configuration.Port)).Connected);

        await supervisor.WaitForAsync("notify WATCHDOG=1");
        await supervisor.WaitForAsync("notify WATCHDOG=1");
        await supervisor.ReloadAsync();
        await supervisor.WaitForAsync("notify RELOADING=1");
        await supervisor.WaitForAsync("notify MONOTONIC_USEC=");
        await supervisor.WaitForAsync("notify READY=1");
        // A refused reload ends like any other: the service goes on.
        configuration.With("Tls:Profile", "none").WriteTo(_directory);
        await supervisor.ReloadAsync();
        await supervisor.WaitForAsync("notify RELOADING=1");
        await supervisor.WaitForAsync("notify READY=1");

        Assert.Equal(0, await supervisor.StopAsync());
        Assert.Contains("notify STOPPING=1", supervisor.Lines);
    }

    [Fact]
    public async Task Serve_SocketNobodyNames_IsWarnedOf()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        var unused = FreePort.Next();
        await using var supervisor = await Supervisor.ServeAsync(
            configuration.WriteTo(_directory), [unused, configuration.Port], _directory, proxy.Token.Environment);

        Assert.True((await OpenSslClient.RequestAsync(configuration.Port)).Connected);
        Assert.Contains(supervisor.Lines, line =>
            line.Contains("[1100]", StringComparison.Ordinal)
            && line.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{unused}"), StringComparison.Ordinal));
        Assert.Equal(0, await supervisor.StopAsync());
    }

    [Fact]
    public async Task Serve_PassedSocketOfAnotherAddress_SaysWhichKeyToChange()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        configuration.With("Listeners:https:Address",
            string.Create(CultureInfo.InvariantCulture, $"0.0.0.0:{configuration.Port}"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Supervisor.ServeAsync(
            configuration.WriteTo(_directory), [configuration.Port], _directory, proxy.Token.Environment));

        Assert.Contains("Listeners:https:Address", failure.Message, StringComparison.Ordinal);
        Assert.Contains("in use by the service manager", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_SystemdSocketActivate_AnswersTheConnectionThatStartedIt()
    {
        var program = ProcessRunner.Find("systemd-socket-activate");
        Assert.True(program is not null, "systemd-socket-activate is needed (Debian: systemd)");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        var variables = proxy.Token.Environment.Select(variable => $"--setenv={variable.Key}={variable.Value}");
        await using var activator = ServerProcess.Start(program,
        [
            string.Create(CultureInfo.InvariantCulture, $"--listen=127.0.0.1:{configuration.Port}"),
            .. variables, "--setenv=PATH", "--setenv=DOTNET_ROOT",
            "dotnet", Path.Combine(AppContext.BaseDirectory, "fsp.dll"),
            "serve", "--config", configuration.WriteTo(_directory),
        ]);
        await activator.WaitForLineAsync(line => line.Contains("Listening on", StringComparison.Ordinal));

        Assert.True((await OpenSslClient.RequestAsync(configuration.Port)).Connected);
        Assert.Equal(0, await activator.StopAsync());
    }
}
