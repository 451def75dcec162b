using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>How much is run. What is allocated is part of every result.</summary>
internal static class RunConfiguration
{
    /// <summary>A few iterations of each, in minutes: tells a large difference, not a small one.</summary>
    public static IConfig Short => Measuring(Job.ShortRun);

    /// <summary>As many iterations as BenchmarkDotNet finds necessary.</summary>
    public static IConfig Long => Measuring(Job.Default);

    /// <summary>
    /// Each once, in this process, so that nothing is built for it: shows that they run, and measures nothing.
    /// </summary>
    public static IConfig Smoke => ManualConfig.CreateEmpty()
        .AddJob(Job.Dry.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(ConsoleLogger.Default)
        .WithOptions(ConfigOptions.DisableLogFile);

    // The pool's threads do not spin in fsp either: see its project file.
    private static ManualConfig Measuring(Job job) => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(job.WithEnvironmentVariable("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .WithBuildTimeout(TimeSpan.FromMinutes(10));
}
