using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Signing;

namespace ForwardSecretProxy.FunctionalTests.Docs;

public sealed class FaultGuideTests
{
    [Fact]
    public void Guide_HasARowForEachFaultThatTheTestsBringAbout()
    {
        var guide = File.ReadAllText(Repository.Path("docs/faults.md"));
        string[] others = ["Login for each signature", "PIN refused"];

        Assert.All(SoakFault.All.Select(fault => fault.Row).Concat(others).Distinct(),
            row => Assert.Contains($"| **{row}**", guide, StringComparison.Ordinal));
    }
}
