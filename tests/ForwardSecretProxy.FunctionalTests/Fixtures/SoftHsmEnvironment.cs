using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// The one SoftHSM that the test process itself loads. The module reads its configuration's path from the native
/// environment, once, which .NET's own <c>SetEnvironmentVariable</c> does not reach on Unix; so it is set through libc,
/// before anything can have loaded the module.
/// </summary>
internal static class SoftHsmEnvironment
{
    /// <summary>The module.</summary>
    public const string Module = "/usr/lib/softhsm/libsofthsm2.so";

    private static readonly TemporaryDirectory Root = new();

    /// <summary>The configuration of the directory in which all in-process tokens are.</summary>
    public static string ConfigurationPath { get; } = SoftHsmConfiguration.WriteTo(Root);

    /// <summary>What a child process needs to see the same tokens.</summary>
    public static IReadOnlyDictionary<string, string?> Variables { get; } = SoftHsmConfiguration.EnvironmentOf(Root);

    [ModuleInitializer]
    internal static void Set()
    {
        _ = SetVariable(SoftHsmConfiguration.Variable, ConfigurationPath, overwrite: 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Root.Dispose();
    }

    /// <summary>Sets a variable where native code of this process finds it.</summary>
    internal static void SetNative(string name, string value) => Assert.Equal(0, SetVariable(name, value, overwrite: 1));

    [DllImport(
        "libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);
}
