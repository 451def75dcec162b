using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Cli;
using static ForwardSecretProxy.Bench.LatencyRows;

namespace ForwardSecretProxy.Bench;

/// <summary>A result as one HTML page that needs nothing else: charts are inline SVG, and nothing in it runs.</summary>
/// <param name="now">The result.</param>
/// <param name="before">The one it is compared with; null for none.</param>
internal sealed class BenchPage(BenchDocument now, BenchDocument? before)
{
    private readonly BenchLatency? _latency = BenchComparison.Headline(now);

    /// <summary>The whole page.</summary>
    public override string ToString() => ReadResource("BenchPage.html")
        .Replace("{{style}}", ReadResource("BenchPage.css"), StringComparison.Ordinal)
        .Replace("{{version}}", Encode(now.Fsp), StringComparison.Ordinal)
        .Replace("{{when}}", Encode(When()), StringComparison.Ordinal)
        .Replace("{{title}}", Encode(now.Parameters.Target), StringComparison.Ordinal)
        .Replace("{{heading}}", Encode(Heading()), StringComparison.Ordinal)
        .Replace("{{what}}", Encode(BenchReport.Title(now)), StringComparison.Ordinal)
        .Replace("{{verdicts}}", Verdicts(), StringComparison.Ordinal)
        .Replace("{{figures}}", Figures(), StringComparison.Ordinal)
        .Replace("{{notes}}", Notes(), StringComparison.Ordinal)
        .Replace("{{charts}}", Charts(), StringComparison.Ordinal)
        .Replace("{{tables}}", Tables(), StringComparison.Ordinal);

    private string When() => now.When.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    private string Heading() =>
        $"{BenchReport.Number(now.Throughput.PerSecond)} {(now.Parameters.Resume ? "resumed " : "")}handshakes each second"
        + (now.Interrupted ? ", interrupted" : "");

    private string Verdicts()
    {
        if (now.Comparison is not { } comparison)
            return "";
        var html = new StringBuilder("<section class=\"card\"><h2>Compared with the run before</h2><ul class=\"verdicts\">\n");
        foreach (var metric in comparison.Metrics)
        {
            var style = metric.Verdict switch { Verdict.Better => "better", Verdict.Worse => "worse", _ => "" };
            html.Append(CultureInfo.InvariantCulture,
                $"<li class=\"{style}\"><b>{Encode(metric.Name)}</b><span>{Encode(metric.Text)}</span></li>\n");
        }

        foreach (var difference in comparison.Differences)
            html.Append(CultureInfo.InvariantCulture, $"<li><b>different</b><span>{Encode(difference)}</span></li>\n");
        return html.Append("</ul></section>\n").ToString();
    }

    private string Figures()
    {
        var html = new StringBuilder();
        var throughput = now.Throughput;
        Figure("Throughput", BenchReport.Number(throughput.PerSecond) + "/s", throughput is { Low: { } low, High: { } high }
            ? $"{BenchReport.Number(low)} to {BenchReport.Number(high)} (95%)" : "");
        if (now.OpenLoop is { } open)
        {
            Figure("Asked for", BenchReport.Number(open.AskedPerSecond) + "/s",
                $"{BenchReport.Number(open.Delayed)} started late");
        }

        if (_latency is not null)
        {
            Figure("Half within", Show(_latency.P50) + " ms", "p50");
            Figure("99% within", Show(_latency.P99) + " ms", $"p99, longest {Show(_latency.Max)} ms");
        }

        Figure("Errors", BenchReport.Number(now.Counts.Errors), $"{BenchReport.Number(now.Counts.Done)} done");
        Figure("Client CPU", Show(now.ClientCpu.PerConnection) + " ms", now.ClientCpu.Saturated ? "each; saturated" : "each");
        if (now.ServerCpu is { } server)
        {
            Figure("Server CPU", Show(server.PerConnection) + " ms",
                $"each, {BenchReport.Number(server.TimesClient)} times the client's");
        }

        return html.ToString();

        void Figure(string name, string value, string more) => html.Append(CultureInfo.InvariantCulture,
            $"<div><dt>{Encode(name)}</dt><dd><b>{Encode(value)}</b><span>{Encode(more)}</span></dd></div>\n");
    }

    private string Notes()
    {
        var notes = string.Concat(BenchReport.Notes(now).Select(note => $"<li>{Encode(note)}</li>\n"));
        return notes.Length == 0 ? "" : $"<ul class=\"notes\">\n{notes}</ul>\n";
    }

    private string Charts()
    {
        var key = before is null ? "" : "<p class=\"key\"><i></i>now<i class=\"before\"></i>before</p>";
        var html = new StringBuilder(Chart("Throughput over time, per second", BenchCharts.Throughput(now, before), key));
        if (_latency is null)
            return html.ToString();
        var other = before is null ? null : BenchComparison.Headline(before);
        html.Append(Chart("Latency percentiles, ms", BenchCharts.Percentiles(_latency, other), key));
        html.Append(Chart("Latency histogram, percent of connections", BenchCharts.Histogram(_latency, other), key));
        html.Append(Table("Latencies, ms", ["", "p50", "p90", "p99", "p99.9", "longest"],
            now.Latencies.Select(latency => Row(latency, "")).Concat(
                before?.Latencies.Select(latency => Row(latency, ", before")) ?? [])));
        return html.ToString();

        static string[] Row(BenchLatency latency, string when) =>
        [
            BenchReport.Name(latency.What) + when,
            Show(latency.P50), Show(latency.P90), Show(latency.P99), Show(latency.P999), Show(latency.Max),
        ];
    }

    private string Tables()
    {
        var html = new StringBuilder();
        html.Append(Errors("Errors", now.Errors));
        html.Append(Errors("Errors in the warm-up", now.WarmupErrors));
        html.Append(Table("What handshakes agreed on", ["", "how many", "suite, group, signature"],
            now.Negotiated.Select(agreed => (string[])
            [
                agreed.Version,
                BenchReport.Number(agreed.Count),
                $"{agreed.CipherSuite}, {agreed.Group}, {(agreed.Resumed ? "resumed" : agreed.Signature)}",
            ])));
        html.Append(Table("Settings", ["", "", ""], Rows(now.Parameters).Concat(Rows(now.Environment))));
        return html.ToString();
    }

    private static string Errors(string title, IReadOnlyList<BenchError> errors) =>
        Table(title, ["", "how many", "the first one"], errors.Select(error =>
            (string[])[error.Describe(), BenchReport.Number(error.Count), error.Example]));

    /// <summary>The third column is free text, those after the first are figures where there are more.</summary>
    private static string Table(string title, IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        var body = rows.ToList();
        if (body.Count == 0)
            return "";
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture,
            $"<section class=\"card\"><h2>{Encode(title)}</h2><div class=\"scroll\"><table>\n");
        if (heads.Any(head => head.Length > 0))
        {
            html.Append("<thead><tr>");
            for (var column = 0; column < heads.Count; column++)
                html.Append(CultureInfo.InvariantCulture, $"<th class=\"{Style(column, heads.Count)}\">{Encode(heads[column])}</th>");
            html.Append("</tr></thead>\n");
        }

        foreach (var row in body)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Encode(row[0])}</th>");
            for (var column = 1; column < row.Length; column++)
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"{Style(column, heads.Count)}\">{Encode(row[column])}</td>");
            html.Append("</tr>\n");
        }

        return html.Append("</table></div></section>\n").ToString();
    }

    private static string Style(int column, int columns) => column == 0 ? "" : column == 2 && columns == 3 ? "text" : "n";

    private static string Chart(string title, string svg, string key) =>
        $"<section class=\"card\"><h2>{Encode(title)}</h2>\n{svg}{key}</section>\n";

    private static IEnumerable<string[]> Rows<T>(T settings) =>
        from setting in (JsonObject)JsonSerializer.SerializeToNode(settings, JsonSerializerOptions.Web)!
        where setting.Value is not null
        select (string[])[setting.Key, "", setting.Value.ToString()];

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    private static string ReadResource(string name)
    {
        using var stream = typeof(BenchPage).Assembly.GetManifestResourceStream(typeof(BenchPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
