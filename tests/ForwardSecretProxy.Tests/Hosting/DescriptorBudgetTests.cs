using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Tests.Hosting;

public class DescriptorBudgetTests
{
    [Theory]
    [InlineData(10_000, 65_536, 200, 10_000)]
    [InlineData(10_000, 1_024, 200, 380)]
    [InlineData(100, 1_024, 200, 100)]
    [InlineData(10_000, 200, 200, 1)]
    public void Connections_LimitAndOpenFiles_LeaveAReserve(int configured, long limit, int open, int expected)
    {
        Assert.Equal(expected, DescriptorBudget.Connections(configured, limit, open));
    }

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max file size             1024                 1024                 bytes     ", null)]
    [InlineData("", null)]
    public void ReadLimit_LineOfProcLimits_IsTheSoftOne(string line, long? expected)
    {
        Assert.Equal(expected, DescriptorBudget.ReadLimit(line));
    }

    [Fact]
    public void Connections_ThisProcess_IsWithinTheConfiguredNumber()
    {
        Assert.InRange(DescriptorBudget.Connections(10), 1, 10);
        Assert.NotEqual(int.MaxValue, DescriptorBudget.Connections(int.MaxValue));
    }
}
