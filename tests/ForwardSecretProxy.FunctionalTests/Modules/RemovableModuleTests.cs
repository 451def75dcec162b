using System.Diagnostics;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>What is asked besides of a module whose token, or the way to it, is a program of its own.</summary>
public abstract class RemovableModuleTests<TModule>(TModule module) : ModuleTests<TModule>(module)
    where TModule : TestedModule
{
    // 5 s by the handbook, and what a busy machine adds.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    private readonly TModule _module = module;

    [Fact]
    public async Task Serve_TokenGoesAndComesBack_AnswersAgain()
    {
        // Two of them never come back in a process that has lost them: its worker is another one then.
        await using var proxy = await ModuleProxy.StartAsync(_module, "isolated");
        Assert.True((await proxy.ConnectAsync()).Connected);

        await _module.StopAsync();
        await proxy.ConnectAsync();
        await _module.StartAsync();

        await ExpectAsync(Abilities.Return, async () =>
        {
            var started = Stopwatch.GetTimestamp();
            while (!(await proxy.ConnectAsync()).Connected)
                Assert.True(Stopwatch.GetElapsedTime(started) < Recovery, string.Join('\n', proxy.Process.Lines));
        });
    }
}
