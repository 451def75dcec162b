using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Reports;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// BenchmarkDotNet goes on when a benchmark throws or cannot be run, and ends well. Here that is a failure.
/// </summary>
internal static class RunProblems
{
    /// <summary>All that went wrong; empty when every case has a result.</summary>
    /// <param name="summaries">What was run.</param>
    /// <param name="expected">The classes of which at least one case must have been run.</param>
    public static IReadOnlyList<string> Find(IReadOnlyCollection<Summary> summaries, IEnumerable<Type> expected)
    {
        var invalid = summaries.SelectMany(summary => summary.ValidationErrors)
            .Where(error => error.IsCritical).Select(error => error.Message);
        var lost = summaries
            .SelectMany(summary => summary.BenchmarksCases.Where(one => !HasResult(summary[one])))
            .Select(one => $"{one.DisplayInfo} has no result.");
        var run = summaries
            .SelectMany(summary => summary.BenchmarksCases).Select(one => one.Descriptor.Type).ToHashSet();
        var missing = expected.Where(type => !run.Contains(type)).Select(type => $"{type.Name} was not run.");
        string[] problems = [.. invalid, .. lost, .. missing];
        return run.Count > 0 || problems.Length > 0 ? problems : ["There is no such benchmark."];
    }

    /// <summary>An assembly's classes that have a benchmark, whether BenchmarkDotNet can run them or not.</summary>
    public static IEnumerable<Type> Classes(Assembly assembly) => assembly.GetTypes()
        .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkAttribute), false)));

    private static bool HasResult(BenchmarkReport? report) => report is { Success: true, ResultStatistics: not null };
}
