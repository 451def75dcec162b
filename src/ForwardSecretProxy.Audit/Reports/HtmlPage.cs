using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>
/// A report as one HTML page that needs nothing else and in which nothing runs; the content policy in it says so to the
/// browser too.
/// </summary>
public static class HtmlPage
{
    /// <summary>The whole page.</summary>
    public static string Write(AuditReport report) => ReadResource("HtmlPage.html")
        .Replace("{{style}}", ReadResource("HtmlPage.css"), StringComparison.Ordinal)
        .Replace("{{body}}", Body(report), StringComparison.Ordinal);

    /// <summary>Text as text, whatever is in it.</summary>
    internal static string Encode(string? text) => HtmlEncoder.Default.Encode(DisplayText.OneLine(text ?? ""));

    private static string Body(AuditReport report)
    {
        var html = new StringBuilder();
        var policy = report.Policy is null ? "" : $", policy {report.Policy}";
        html.Append(CultureInfo.InvariantCulture,
            $"<header><p class=\"product\">{Encode($"{report.Tool}{policy}")}, {report.At:yyyy-MM-dd HH:mm zzz}</p>\n");
        html.Append(
            "<p class=\"what\">Who gets the server's long-term secrets tomorrow: can they read what was recorded today?</p></header>\n");
        for (var at = 0; at < report.Subjects.Count; at++)
            html.Append(Verdict(report.Subjects[at], at, report.Subjects.Count > 1));
        html.Append(Changes(report.Changes));
        for (var at = 0; at < report.Subjects.Count; at++)
        {
            if (report.Subjects[at].Verdict is not null)
                html.Append(new HtmlSubject(report, report.Subjects[at], at).ToString());
        }

        return html.ToString();
    }

    private static string Verdict(AuditedSubject subject, int at, bool isOneOfSeveral)
    {
        var grade = subject.Verdict?.Grade ?? "?";
        var style = grade is "A" or "B" or "C" or "D" or "F" ? grade : "none";
        var answer = subject.Verdict?.Sentence ?? $"Could not be audited: {subject.Error}";
        var name = isOneOfSeveral && subject.Verdict is not null ? $"<a href=\"#s{at}\">{Encode(subject.Name)}</a>" : Encode(subject.Name);
        var about = subject.Describe() is { Length: > 0 } text ? $"<p class=\"quiet\">{Encode(text)}</p>" : "";
        return $"<section class=\"verdict card {style}\"><b class=\"grade\">{Encode(grade)}</b><div>"
            + $"<p class=\"name\">{name}</p><h1>{Encode(answer)}</h1>{about}</div></section>\n";
    }

    private static string Changes(BaselineComparison? changes)
    {
        if (changes is null)
            return "";
        var items = string.Concat(changes.Changes.Select(change =>
            $"<li class=\"{change.Direction}\"><b>{change.Direction}</b>"
                + $"<span>{Encode($"{change.Subject}: {change.Message}".TrimStart(':', ' '))}</span></li>\n"));
        var when = changes.At.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
        return $"<section class=\"card\"><h2>Changes since {when}</h2>"
            + (items.Length == 0 ? "<p>None.</p>" : $"<ul class=\"changes\">\n{items}</ul>") + "</section>\n";
    }

    private static string ReadResource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(typeof(HtmlPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
