using System.Text;
using ForwardSecretProxy.Hardening.Execution;

namespace ForwardSecretProxy.Tests.Hardening.Execution;

public class SelfExecutionTests
{
    [Fact]
    public void Change_Variables_AreSetReplacedAndTakenOut()
    {
        var changed = SelfExecution.Change(
            [.. ((string[])["A=1", "AB=2", "C=3", "D=x=y"]).Select(Encoding.UTF8.GetBytes)],
            new Dictionary<string, string?> { ["A"] = "9", ["C"] = null, ["E"] = "" });

        Assert.Equal(["A=9", "AB=2", "D=x=y", "E="], changed.Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Change_BytesThatAreNoText_StayAsTheyAre()
    {
        byte[] variable = [(byte)'P', (byte)'=', 0xFF, 0xFE];

        Assert.Equal([variable], SelfExecution.Change([variable], new Dictionary<string, string?> { ["Q"] = null }));
    }
}
