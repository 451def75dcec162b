using ForwardSecretProxy.Configuration;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>Shows what is wrong with a configuration, for people and for programs.</summary>
internal static class ProblemReport
{
    /// <summary>One line for each problem, then how many there are.</summary>
    public static void Write(IAnsiConsole console, string subject, IReadOnlyList<ConfigurationProblem> problems)
    {
        foreach (var problem in problems)
        {
            var severity = IsError(problem) ? "[red]error:[/]" : "[yellow]warning:[/]";
            var place = problem.Path.Length == 0 ? "" : $"[bold]{Markup.Escape(problem.Place)}[/]: ";
            console.MarkupLine($"{severity} {place}{Markup.Escape(problem.Message)}. {Markup.Escape(problem.Mend)}");
            foreach (var line in problem.Details)
                console.MarkupLine($"    {Markup.Escape(line)}");
        }

        var errors = problems.Count(IsError);
        console.MarkupLine(Markup.Escape($"{subject}: {Count(errors, "error")}, {Count(problems.Count - errors, "warning")}."));
    }

    /// <summary>The same as one JSON document.</summary>
    public static void WriteJson(TextWriter output, FileInfo file, IReadOnlyList<ConfigurationProblem> problems) =>
        JsonOutput.Write(output, new
        {
            File = file.FullName,
            Ok = !problems.Any(IsError),
            Problems = problems.Select(problem => new
            {
                problem.Severity,
                problem.Path,
                problem.Message,
                problem.Mend,
                problem.Details,
                problem.EnvironmentVariable,
            }),
        });

    /// <summary>The exit code for a start that <paramref name="problems"/> keep from happening, or do not.</summary>
    public static int ExitCodeFor(IReadOnlyList<ConfigurationProblem> problems)
    {
        var errors = problems.Where(IsError).ToList();
        if (errors.Count == 0)
            return problems.Count == 0 ? ExitCode.AllWell : ExitCode.Findings;
        return errors.TrueForAll(error => error.MayPass) ? ExitCode.CouldNotRun : ExitCode.Usage;
    }

    private static bool IsError(ConfigurationProblem problem) =>
        problem.Severity == ConfigurationProblemSeverity.Error;

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
