using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class ServerProcessesTests
{
    [Theory]
    [InlineData("42 (nginx) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 5 6 7", 42, 7, 127)]
    [InlineData("42 (a b) c (d) R 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0", 42, 1, 2)]
    public void TryParse_StatLine_FindsParentAndTicks(string line, int pid, int parent, long ticks)
    {
        Assert.True(ServerProcesses.TryParse(line, out var process));
        Assert.Equal(new ProcessStat(pid, parent, ticks), process);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (nginx")]
    [InlineData("42 (nginx) S 7")]
    [InlineData("x (nginx) S 7 42 42 0 -1 0 0 0 0 0 1 1 0 0 20 0")]
    [InlineData("42 (nginx) S 7 42 42 0 -1 0 0 0 0 0 x 1 0 0 20 0")]
    public void TryParse_AnythingElse_IsRefused(string line)
    {
        Assert.False(ServerProcesses.TryParse(line, out _));
    }
}
