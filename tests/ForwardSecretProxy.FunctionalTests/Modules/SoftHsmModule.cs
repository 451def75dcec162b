using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>SoftHSM: token and files in the process that loads it.</summary>
public sealed class SoftHsmModule : TestedModule
{
    public override string Name => "SoftHSM";

    protected override string Library => SoftHsmEnvironment.Module;

    protected override IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["SOFTHSM2_CONF"] = Configure(Directory),
    };

    /// <summary>Makes a configuration of its own in a folder, and returns its path.</summary>
    internal static string Configure(TemporaryDirectory directory)
    {
        System.IO.Directory.CreateDirectory(directory.File("tokens"));
        return directory.Write("softhsm2.conf",
            $"directories.tokendir = {directory.File("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");
    }
}
