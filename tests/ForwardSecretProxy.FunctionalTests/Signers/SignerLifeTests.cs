using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Signing;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>How signer processes end, and what is said of it.</summary>
[Collection(OwnProxy.Name)]
public sealed class SignerLifeTests(ProxyFixture proxy)
{
    private const int CouldNotRun = 3;

    [Fact]
    public async Task Check_ModuleCrashesWhenItIsLoaded_SaysSo()
    {
        using var faulty = await FaultyProxy.CreateAsync(proxy, configuration => configuration.With("Signer", "isolated"));
        faulty.Faults.Crash(FaultFunction.Initialize);

        var result = await faulty.RunAsync("check");

        Assert.Equal(CouldNotRun, result.ExitCode);
        Assert.Contains("error: Tokens:main: Its signer ended: it crashed (SIGSEGV).", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_SignerIsKilled_StopsForItsSupervisor()
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Signer", "isolated");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(files), configuration.Port, proxy.Token.Environment);

        SignerProcesses.Kill(SignerProcesses.Keeper(fsp));

        Assert.Equal(CouldNotRun, await fsp.WaitForExitAsync());
        Assert.Contains(fsp.Lines, line => line.Contains("[2048]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serve_TwoTokensWithThePinInOneVariable_Starts()
    {
        using var files = new TemporaryDirectory();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Signer", "isolated")
            .Without("Tokens:main:PinFile")
            .With("Tokens:main:PinEnvironment", "TEST_PIN")
            .With("Tokens:other:Module", ServingToken.Module)
            .With("Tokens:other:Serial", "there is none")
            .With("Tokens:other:PinEnvironment", "TEST_PIN");
        var environment = new Dictionary<string, string?>(proxy.Token.Environment) { ["TEST_PIN"] = proxy.Token.Pin };

        var result = await FspProcess.RunAsync(["serve", "--config", configuration.WriteTo(files)], environment: environment);

        // There is no such token; but that is what is said, and not a trace.
        Assert.Equal(CouldNotRun, result.ExitCode);
        Assert.Contains("error: Tokens:other: There is no token", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
    }
}
