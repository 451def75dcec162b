using System.Globalization;
using ForwardSecretProxy.Bench;
using Spectre.Console;
using static ForwardSecretProxy.Bench.LatencyRows;

namespace ForwardSecretProxy.Cli;

/// <summary>A benchmark's result as people read it.</summary>
internal static class BenchReport
{
    private const int HistogramRows = 14;
    private const int HistogramWidth = 72;

    /// <summary>Writes all of it.</summary>
    public static void Write(IAnsiConsole console, BenchDocument result)
    {
        console.MarkupLine($"[bold]{Markup.Escape(Title(result))}[/]");
        if (result.Interrupted)
            console.MarkupLine("[yellow]Interrupted: this is what was measured until then.[/]");
        console.Write(Figures(result));
        WriteAgreements(console, result);
        WriteErrors(console, "Errors", result.Errors);
        WriteErrors(console, "Errors in the warm-up, which count nowhere else", result.WarmupErrors);
        WriteHistogram(console, result);
        foreach (var note in Notes(result))
            console.MarkupLine($"[yellow]note[/]  {Markup.Escape(note)}");
        if (result.Comparison is { } comparison)
            Write(console, comparison);
    }

    /// <summary>What was done, in one line.</summary>
    public static string Title(BenchDocument result)
    {
        var asked = result.Parameters;
        var load = asked.Rate is { } rate
            ? $"open loop, {Number(rate)} arrivals/s, at most {asked.Connections} at once"
            : $"closed loop, {asked.Connections} connections";
        string?[] parts =
        [
            asked.Target,
            asked.StartTls is null ? null : $"{asked.StartTls} STARTTLS",
            $"TLS {asked.Tls}",
            asked.Resume ? "resumed" : "full handshakes",
            asked.Request is null ? null : $"GET {asked.Request}",
            load,
            asked.Repeat == 1 ? $"{Number(asked.DurationSeconds)} s" : $"{asked.Repeat} x {Number(asked.DurationSeconds)} s",
        ];
        return string.Join(" · ", parts.Where(part => part is not null));
    }

    /// <summary>What has to be known to read the figures rightly.</summary>
    public static IEnumerable<string> Notes(BenchDocument result)
    {
        var cpu = result.ClientCpu;
        if (cpu.Saturated)
        {
            yield return $"the client is saturated: its busiest thread was on a processor {Percent(cpu.BusiestLoop)} of the "
                + "time. The server may do better than this shows; give --threads more, or run the client elsewhere.";
        }

        if (result.OpenLoop is { Delayed: > 0 } open)
        {
            yield return $"{Number(open.Delayed)} arrivals started late, the latest by {Show(open.LongestDelay)} ms: all "
                + $"{result.Parameters.Connections} connections were in use, or the client had no processor. Their latency "
                + "counts from when they were due.";
        }

        if (result.Counts.ResetsAfterClose > 0)
        {
            yield return $"{Number(result.Counts.ResetsAfterClose)} connections were reset by the server instead of "
                + "closed, after all was done.";
        }

        if (result.Counts.Abandoned > 0)
            yield return $"{Number(result.Counts.Abandoned)} connections were under way when the run was broken off.";
        if (!result.Parameters.ChainVerified)
        {
            yield return "the certificate's chain was not verified (--ca FILE does); the server's signature was, in "
                + "every full handshake.";
        }
    }

    private static Table Figures(BenchDocument result)
    {
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "");
        var throughput = result.Throughput;
        var interval = throughput is { Low: { } low, High: { } high }
            ? $"  95% interval {Number(low)} to {Number(high)}, from {result.Samples.PerSecond.Count} {result.Samples.Method}"
            : "";
        table.AddRow("throughput", $"[bold]{Number(throughput.PerSecond)}/s[/]{interval}");
        if (result.OpenLoop is { } open)
        {
            var achieved = Percent(open.AchievedPerSecond / open.AskedPerSecond);
            table.AddRow("asked for", $"{Number(open.AskedPerSecond)}/s, achieved {achieved}");
        }

        table.AddRow("done", Done(result));
        table.AddRow("errors", result.Counts.Errors == 0 ? "none" : $"[red]{Number(result.Counts.Errors)}[/]");
        foreach (var latency in result.Latencies)
            table.AddRow(Name(latency.What), Percentiles(latency));
        var client = result.ClientCpu;
        table.AddRow("client CPU",
            $"{Show(client.PerConnection)} ms each, {Cores(client.Cores)}, busiest thread {Percent(client.BusiestLoop)}");
        if (result.ServerCpu is { } server)
        {
            table.AddRow("server CPU",
                $"{Show(server.PerConnection)} ms each, {Cores(server.Cores)}, {Number(server.TimesClient)} times the client's");
        }

        return table;
    }

    private static string Done(BenchDocument result) => result.Parameters.Resume
        ? $"{Number(result.Counts.Resumed)} resumed" + (result.Counts.Full == 0
            ? " (the full ones, for the first tickets, were in the warm-up)"
            : $", and {Number(result.Counts.Full)} full ones for the first tickets")
        : Number(result.Counts.Done);

    private static string Percentiles(BenchLatency latency) =>
        $"p50 [bold]{Show(latency.P50)}[/]  p90 {Show(latency.P90)}  p99 [bold]{Show(latency.P99)}[/]  "
        + $"p99.9 {Show(latency.P999)}  max {Show(latency.Max)} ms";

    private static void WriteAgreements(IAnsiConsole console, BenchDocument result)
    {
        foreach (var agreed in result.Negotiated)
        {
            var signature = agreed.Resumed ? "resumed" : $"signed with {agreed.Signature ?? "nothing"}";
            console.MarkupLine(Markup.Escape(
                $"agreed      {Number(agreed.Count)} x {agreed.Version}, {agreed.CipherSuite}, {agreed.Group}, {signature}"));
        }
    }

    private static void WriteErrors(IAnsiConsole console, string title, IReadOnlyList<BenchError> errors)
    {
        if (errors.Count == 0)
            return;
        var table = new Table().NoBorder().AddColumns(title, "How many", "The first one");
        foreach (var error in errors)
        {
            table.AddRow(
                $"[red]{Markup.Escape(error.Describe())}[/]", Number(error.Count), Markup.Escape(error.Example));
        }

        console.WriteLine();
        console.Write(table);
    }

    private static void WriteHistogram(IAnsiConsole console, BenchDocument result)
    {
        if (BenchComparison.Headline(result) is not { } latency)
            return;
        console.WriteLine();
        console.MarkupLine($"[bold]{Name(latency.What)}[/], ms");
        var chart = new BarChart().Width(HistogramWidth);
        foreach (var row in From(latency.Buckets, HistogramRows))
            chart.AddItem($"{Show(row.FromMs)} - {Show(row.ToMs)}", row.Count, Color.Teal);
        console.Write(chart);
        console.WriteLine();
    }

    private static void Write(IAnsiConsole console, BenchComparison comparison)
    {
        var table = new Table().NoBorder().AddColumns("Compared", "Before", "Now", "Ratio", "Verdict");
        foreach (var metric in comparison.Metrics)
        {
            var colour = metric.Verdict switch { Verdict.Better => "green", Verdict.Worse => "red", _ => "default" };
            table.AddRow(
                metric.Name,
                Figure(metric.Name, metric.Before),
                Figure(metric.Name, metric.Now),
                metric.Ratio?.ToString("0.000", CultureInfo.InvariantCulture) ?? "",
                $"[{colour}]{Markup.Escape(metric.Text)}[/]");
        }

        console.WriteLine();
        console.Write(table);
        foreach (var difference in comparison.Differences)
            console.MarkupLine($"[yellow]different[/]  {Markup.Escape(difference)}");
    }

    private static string Figure(string name, double? value) =>
        value is not { } number ? "none" : name == "throughput" ? $"{Number(number)}/s" : $"{Show(number)} ms";

    /// <summary>A latency's name in words.</summary>
    public static string Name(string what) => what switch
    {
        "fullHandshake" => "full handshake",
        "resumedHandshake" => "resumed",
        _ => what,
    };

    /// <summary>A figure with as many digits as count.</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 || value == Math.Floor(value) ? "#,0" : "0.##", CultureInfo.InvariantCulture);

    private static string Percent(double part) => part.ToString("0%", CultureInfo.InvariantCulture);

    private static string Cores(double cores) => string.Create(CultureInfo.InvariantCulture, $"{cores:0.00} cores");
}
