using ForwardSecretProxy.Hardening;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>What is in force, as people read it in a terminal.</summary>
internal static class HardeningTable
{
    /// <summary>Each process with a table of its measures, then what to do about those that are off.</summary>
    public static void Write(IAnsiConsole console, HardeningReport report)
    {
        foreach (var process in report.Processes)
            Write(console, process);
        console.MarkupLine(report.IsComplete
            ? "[green]All of it is in force.[/]"
            : "[yellow]Not all of it is in force.[/]");
    }

    private static void Write(IAnsiConsole console, ProcessHardening process)
    {
        console.MarkupLine($"[bold]The {Markup.Escape(process.Process)} process[/]");
        var table = new Table().NoBorder().AddColumns("", "Measure", "What it stops");
        foreach (var measure in process.Measures)
        {
            table.AddRow(
                measure.InForce ? "[green]on[/]" : "[red]OFF[/]",
                Markup.Escape(measure.Name),
                Markup.Escape(measure.Stops));
        }
        console.Write(table);
        foreach (var reason in process.Measures.Where(measure => !measure.InForce).GroupBy(measure => (measure.Reason, measure.Mend)))
        {
            console.MarkupLine(Markup.Escape(
                $"  {string.Join(", ", reason.Select(measure => measure.Name))}: {reason.Key.Reason}. {reason.Key.Mend}"));
        }
        console.WriteLine();
    }
}
