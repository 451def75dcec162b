using ForwardSecretProxy.Hardening;

namespace ForwardSecretProxy.Tests.Hardening;

public class HostileEnvironmentTests
{
    [Theory]
    [InlineData("SSLKEYLOGFILE", "/tmp/keys")]
    [InlineData("CORECLR_ENABLE_PROFILING", "1")]
    [InlineData("DOTNET_ENABLE_PROFILING", "1")]
    [InlineData("CORECLR_PROFILER", "{cf0d821e-299b-5307-a3d8-b283c03916dd}")]
    [InlineData("CORECLR_PROFILER_PATH_64", "/opt/profiler.so")]
    [InlineData("DOTNET_PROFILER_PATH", "/opt/profiler.so")]
    [InlineData("CORECLR_NOTIFICATION_PROFILERS", "/opt/profiler.so={cf0d821e-299b-5307-a3d8-b283c03916dd}")]
    [InlineData("DOTNET_STARTUP_HOOKS", "/opt/hook.dll")]
    [InlineData("DOTNET_DiagnosticPorts", "/tmp/port,connect")]
    [InlineData("COMPlus_DbgEnableMiniDump", "1")]
    [InlineData("DOTNET_EnableEventPipe", "1")]
    public void Find_Variable_IsAnErrorThatNamesIt(string name, string value)
    {
        var problem = Assert.Single(HostileEnvironment.Find(Variables(name, value), false, 0, false));

        Assert.Contains(name, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith("Unset", problem.Mend, StringComparison.Ordinal);
        Assert.False(problem.MayPass);
    }

    [Theory]
    [InlineData("SSLKEYLOGFILE", "")]
    [InlineData("CORECLR_ENABLE_PROFILING", "0")]
    [InlineData("DOTNET_EnableDiagnostics", "0")]
    [InlineData("DOTNET_TieredPGO", "1")]
    [InlineData("PROFILER", "x")]
    [InlineData("DOTNET_CLI_TELEMETRY_OPTOUT", "1")]
    public void Find_OtherVariable_IsNone(string name, string value)
    {
        Assert.Empty(HostileEnvironment.Find(Variables(name, value), false, 0, false));
    }

    [Fact]
    public void Find_KeyLogSwitch_IsAnErrorThatNamesIt()
    {
        var problem = Assert.Single(HostileEnvironment.Find(Variables("A", "b"), logsKeys: true, 0, false));

        Assert.Contains("System.Net.EnableSslKeyLogging", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4711, false, "4711")]
    [InlineData(0, true, "debugger")]
    public void Find_SomebodyLooksIn_IsAnErrorThatMayPass(int tracer, bool isDebugged, string word)
    {
        var problem = Assert.Single(HostileEnvironment.Find(Variables("A", "b"), false, tracer, isDebugged));

        Assert.Contains(word, problem.Message, StringComparison.Ordinal);
        Assert.True(problem.MayPass);
    }

    private static Dictionary<string, string> Variables(string name, string value) => new() { [name] = value };
}
