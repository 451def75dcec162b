namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// The PKCS#11 module that fails on demand (<c>FaultModule/faultp11.c</c>), compiled once for each test run. Each process that
/// loads it is steered by the control file that its environment names.
/// </summary>
internal static class FaultModule
{
    private static readonly TemporaryDirectory Directory = new();
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>The module's path.</summary>
    public static Task<string> PathAsync() => Built.Value;

    private static async Task<string> BuildAsync()
    {
        var module = Directory.File("faultp11.so");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Dispose();
        var built = await ProcessRunner.RunAsync("gcc",
        [
            "-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type", "-fPIC", "-shared", "-pthread",
            "-o", module,
            Repository.Path("tests/ForwardSecretProxy.FunctionalTests/FaultModule/faultp11.c"), "-ldl",
        ]);
        Assert.True(built.ExitCode == 0, built.Text);
        return module;
    }
}
