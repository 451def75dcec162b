#pragma warning disable CA1822 // BenchmarkDotNet wants instance methods.
#pragma warning disable BDN1107 // Two baselines: its analyzer sees what its runner only reports.
using BenchmarkDotNet.Attributes;

namespace ForwardSecretProxy.FunctionalTests.Benchmarks;

/// <summary>Has a result.</summary>
public class GoodBenchmark
{
    [Benchmark]
    public int Nothing() => 0;
}

/// <summary>Has one result and one failure.</summary>
public class ThrowingBenchmark
{
    [Benchmark]
    public int Nothing() => 0;

    [Benchmark]
    public int Throw() => throw new InvalidOperationException("As intended.");
}

/// <summary>Does not come so far.</summary>
public class ThrowingSetupBenchmark
{
    [GlobalSetup]
    public void Setup() => throw new InvalidOperationException("As intended.");

    [Benchmark]
    public int Nothing() => 0;
}

/// <summary>Has two baselines, which BenchmarkDotNet refuses to run.</summary>
public class InvalidBenchmark
{
    [Benchmark(Baseline = true)]
    public int One() => 1;

    [Benchmark(Baseline = true)]
    public int Two() => 2;
}

/// <summary>Is not public, which BenchmarkDotNet passes over in silence.</summary>
internal sealed class HiddenBenchmark
{
    [Benchmark]
    public int Nothing() => 0;
}
