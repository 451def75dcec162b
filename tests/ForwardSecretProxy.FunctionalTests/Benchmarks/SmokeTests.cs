using System.Globalization;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using ForwardSecretProxy.Benchmarks;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Benchmarks;

/// <summary>Every benchmark runs once in each test run, and a benchmark that does not is noticed.</summary>
public sealed partial class SmokeTests
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    [Fact]
    public async Task Smoke_AllBenchmarks_HaveAResult()
    {
        var result = await RunAsync("smoke");

        Assert.True(result.ExitCode == 0, result.Text);
        var total = Total().Match(result.Output).Groups[1].Value;
        Assert.True(int.Parse(total, CultureInfo.InvariantCulture) > 0, result.Text);
    }

    [Fact]
    public async Task Smoke_NoBenchmarkMatches_Fails()
    {
        var result = await RunAsync("smoke", "--filter", "*NoSuchBenchmark*");

        Assert.Equal(Failed, result.ExitCode);
        Assert.Contains("no such benchmark", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownMode_IsRefused()
    {
        Assert.Equal(WrongUsage, (await RunAsync("quick")).ExitCode);
    }

    [Theory]
    [InlineData(typeof(GoodBenchmark))]
    [InlineData(typeof(ThrowingBenchmark), "ThrowingBenchmark.Throw")]
    [InlineData(typeof(ThrowingSetupBenchmark), "ThrowingSetupBenchmark.Nothing")]
    [InlineData(typeof(InvalidBenchmark), "InvalidBenchmark")]
    public void Find_BenchmarkOfEachKind_NamesTheOneWithoutAResult(Type benchmark, params string[] named)
    {
        var summary = BenchmarkRunner.Run(benchmark, Quiet());

        var problems = string.Join('\n', RunProblems.Find([summary], [benchmark]));

        Assert.Equal(named.Length == 0, problems.Length == 0);
        Assert.All(named, name => Assert.Contains(name, problems, StringComparison.Ordinal));
    }

    [Fact]
    public void Find_ClassThatWasNotRun_NamesIt()
    {
        Assert.Equal(["HiddenBenchmark was not run."], RunProblems.Find([], [typeof(HiddenBenchmark)]));
    }

    [Fact]
    public void Classes_ThisAssembly_AreThoseWithABenchmark()
    {
        var classes = RunProblems.Classes(typeof(SmokeTests).Assembly);

        Assert.Equal(
            ["GoodBenchmark", "HiddenBenchmark", "InvalidBenchmark", "ThrowingBenchmark", "ThrowingSetupBenchmark"],
            classes.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    private static ManualConfig Quiet() => ManualConfig.CreateEmpty()
        .AddJob([.. RunConfiguration.Smoke.GetJobs()])
        .WithOptions(RunConfiguration.Smoke.Options)
        .AddLogger(NullLogger.Instance);

    private static Task<ProcessResult> RunAsync(params string[] arguments) => ProcessRunner.RunAsync(
        "dotnet",
        [typeof(RunProblems).Assembly.Location, .. arguments],
        timeout: TimeSpan.FromMinutes(2));

    [GeneratedRegex(@"^(\d+) benchmarks, 0 problems$", RegexOptions.Multiline)]
    private static partial Regex Total();
}
