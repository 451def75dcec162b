using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Hardening;

namespace ForwardSecretProxy.Tests.Cli;

public class HardeningTableTests
{
    private static readonly HardeningMeasure On = HardeningMeasure.Observed("memory", "it is read", true, "no reason", "no mend");
    private static readonly HardeningMeasure Off = HardeningMeasure.Observed("files", "it reads", false, "there is no Landlock", "Run a newer kernel.");

    [Fact]
    public void Write_MeasuresThatAreOff_HaveReasonAndMend()
    {
        var text = Show(new HardeningReport("/etc/fsp.json", [new("serving", [On, Off]), new("signer", [On])]));

        Assert.Matches(@"on +memory +it is read", text);
        Assert.Matches(@"OFF +files +it reads", text);
        Assert.Contains("files: there is no Landlock. Run a newer kernel.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("no reason", text, StringComparison.Ordinal);
        Assert.Contains("The signer process", text, StringComparison.Ordinal);
        Assert.Contains("Not all", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AllInForce_SaysSo()
    {
        var text = Show(new HardeningReport("/etc/fsp.json", [new("serving", [On])]));

        Assert.DoesNotContain("OFF", text, StringComparison.Ordinal);
        Assert.Contains("All of it is in force.", text, StringComparison.Ordinal);
    }

    private static string Show(HardeningReport report)
    {
        using var output = new StringWriter();
        HardeningTable.Write(Terminal.Plain(output), report);
        return output.ToString();
    }
}
