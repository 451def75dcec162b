using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>What commands say when the module hangs, in processes of their own.</summary>
[Collection(OwnProxy.Name)]
public sealed class FaultCommandTests(ProxyFixture proxy)
{
    private const int CouldNotRun = 3;

    [Theory]
    [InlineData(FaultFunction.Initialize, "C_Initialize")]
    [InlineData(FaultFunction.Login, "C_Login")]
    public async Task KeyList_ModuleHangs_SaysWhereAndEnds(FaultFunction function, string name)
    {
        using var faulty = await FaultyProxy.CreateAsync(proxy);
        faulty.Faults.Hang(function);

        var result = await faulty.RunAsync("key", "list");

        Assert.Equal(CouldNotRun, result.ExitCode);
        Assert.Contains($"has not answered {name} for 0.5 s", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ModuleHangs_IsAProblemOfTheToken()
    {
        using var faulty = await FaultyProxy.CreateAsync(proxy);
        faulty.Faults.Hang(FaultFunction.SignInit);

        var result = await faulty.RunAsync("check");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Tokens:main", result.Text, StringComparison.Ordinal);
        Assert.Contains("has not answered C_SignInit for 0.5 s", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyList_ModuleCrashes_TakesItsProcessWithIt()
    {
        // The control of everything that is said of a process of the module's own.
        using var faulty = await FaultyProxy.CreateAsync(proxy);
        faulty.Faults.Crash(FaultFunction.Login);

        var result = await faulty.RunAsync("key", "list");

        Assert.Equal(128 + 11, result.ExitCode);
    }
}
