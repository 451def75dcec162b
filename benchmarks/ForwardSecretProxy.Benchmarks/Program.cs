using System.Reflection;
using System.Runtime.Versioning;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using ForwardSecretProxy.Benchmarks;

[assembly: SupportedOSPlatform("linux")]

const int succeeded = 0;
const int failed = 1;
const int wrongUsage = 2;

return args switch
{
    ["short", .. var options] => Run(RunConfiguration.Short, options),
    ["long", .. var options] => Run(RunConfiguration.Long, options),
    ["smoke", .. var options] => Run(RunConfiguration.Smoke, options),
    _ => Refuse(),
};

static int Run(IConfig configuration, string[] options)
{
    var assembly = Assembly.GetExecutingAssembly();

    // Without a filter BenchmarkDotNet asks at the terminal.
    var all = !options.Contains("--filter") && !options.Contains("-f");
    var summaries = BenchmarkSwitcher.FromAssembly(assembly)
        .Run(all ? [.. options, "--filter", "*"] : options, configuration).ToArray();
    var problems = RunProblems.Find(summaries, all ? RunProblems.Classes(assembly) : []);
    foreach (var problem in problems) Console.Error.WriteLine(problem);
    var count = summaries.Sum(summary => summary.BenchmarksCases.Length);
    Console.WriteLine($"{count} benchmarks, {problems.Count} problems");
    return problems.Count == 0 ? succeeded : failed;
}

static int Refuse()
{
    Console.Error.WriteLine(
        "Say short, long or smoke, then BenchmarkDotNet's own options, such as --filter '*Relay*'.");
    return wrongUsage;
}
