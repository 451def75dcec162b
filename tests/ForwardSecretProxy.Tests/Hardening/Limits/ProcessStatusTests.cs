using ForwardSecretProxy.Hardening.Limits;

namespace ForwardSecretProxy.Tests.Hardening.Limits;

public class ProcessStatusTests
{
    [Fact]
    public void Parse_RestrictedProcess_SaysSo()
    {
        var status = ProcessStatus.Parse(
            ["Name:\tfsp", "TracerPid:\t17", "NoNewPrivs:\t1", "Seccomp:\t2", "Seccomp_filters:\t3"]);

        Assert.Equal(new ProcessStatus(17, true, true, 3), status);
    }

    [Theory]
    [InlineData("Seccomp:\t0")]
    [InlineData("Seccomp:\t1")]
    [InlineData("Name:\tNoNewPrivs:\t1")]
    public void Parse_OrdinaryProcess_HasNothing(string line)
    {
        Assert.Equal(default, ProcessStatus.Parse(["TracerPid:\t0", "NoNewPrivs:\t0", line]));
    }

    [Fact]
    public void Read_ThisProcess_IsNotTraced()
    {
        Assert.Equal(0, ProcessStatus.Read().Tracer);
    }
}
