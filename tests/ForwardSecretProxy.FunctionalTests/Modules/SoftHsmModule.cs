using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>SoftHSM: token and files in the process that loads it.</summary>
public sealed class SoftHsmModule : TestedModule
{
    public override string Name => "SoftHSM";

    protected override string Library => SoftHsmEnvironment.Module;

    protected override IReadOnlyDictionary<string, string?> Environment => SoftHsmConfiguration.EnvironmentOf(Directory);

    public override Task StartAsync()
    {
        SoftHsmConfiguration.WriteTo(Directory);
        return Task.CompletedTask;
    }
}
