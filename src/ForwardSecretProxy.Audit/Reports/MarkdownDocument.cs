using System.Globalization;
using System.Text;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>A report in GitHub's kind of Markdown, for a pull request or a job's summary.</summary>
public static class MarkdownDocument
{
    /// <summary>The whole document.</summary>
    public static string Write(AuditReport report)
    {
        var text = new StringBuilder("## TLS audit\n\n| | grade | |\n| --- | --- | --- |\n");
        foreach (var subject in report.Subjects)
        {
            var answer = subject.Verdict is { } verdict
                ? $"**{Escape(verdict.Grade)}** | {Escape(verdict.Sentence)}"
                : $"— | could not be audited: {Escape(subject.Error ?? "")}";
            text.Append(CultureInfo.InvariantCulture, $"| {Code(subject.Name)} | {answer} |\n");
        }

        WriteChanges(text, report.Changes);
        foreach (var subject in report.Subjects.Where(subject => subject.Verdict is not null))
            WriteSubject(text, report, subject);
        var policy = report.Policy is null ? "" : $", policy {Escape(report.Policy)}";
        return text.Append(CultureInfo.InvariantCulture, $"\n{Escape(report.Tool)}, {report.At:yyyy-MM-dd HH:mm zzz}{policy}\n").ToString();
    }

    private static void WriteChanges(StringBuilder text, BaselineComparison? changes)
    {
        if (changes is null)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n### Changes since {changes.At:yyyy-MM-dd HH:mm zzz}\n\n");
        if (changes.Changes.Count == 0)
            text.Append("None.\n");
        foreach (var change in changes.Changes)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"- {change.Direction}: {Code(change.Subject)}: {Escape(change.Message)}\n");
        }
    }

    private static void WriteSubject(StringBuilder text, AuditReport report, AuditedSubject subject)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {Code(subject.Name)}\n\n{Escape(subject.Describe())}\n\n");
        foreach (var finding in subject.WorstFirst)
            Write(text, report.Describe(finding.Check), subject, finding);
        var passed = subject.At(FindingLevel.Pass).Select(finding => Code(finding.Check)).Distinct().ToList();
        if (passed.Count > 0)
            text.Append(CultureInfo.InvariantCulture,
                $"\n{DisplayText.Count(passed.Count, "check")} passed: {string.Join(", ", passed)}\n");
        if (subject.Endpoint is not null)
            WriteMatrix(text, new HandshakeMatrix(subject.Endpoint));
    }

    private static void Write(StringBuilder text, CheckDescription check, AuditedSubject subject, Finding finding)
    {
        var place = finding.Location is null ? "" : $"{Code(finding.Location.ToText())}: ";
        text.Append(CultureInfo.InvariantCulture,
            $"- **{finding.Level.ToText()}** {Escape(check.Title)}: {place}{Escape(finding.Message)}\n");
        foreach (var line in finding.Evidence)
            text.Append(CultureInfo.InvariantCulture, $"  - {Code(line)}\n");
        if (finding.Level < FindingLevel.Warning)
            return;
        foreach (var (software, mend) in check.MendsFor(subject))
            text.Append(CultureInfo.InvariantCulture, $"  - {Escape(software)}: {Escape(mend)}\n");
    }

    private static void WriteMatrix(StringBuilder text, HandshakeMatrix matrix)
    {
        if (matrix.Suites.Count == 0)
            return;
        text.Append("\n<details><summary>Suites and groups</summary>\n\n");
        WriteTable(text, "suite", matrix.Versions.Select(version => version.Version), matrix.Suites);
        WriteTable(text, "group", matrix.GroupVersions, matrix.Groups);
        text.Append("</details>\n");
    }

    private static void WriteTable(StringBuilder text, string what, IEnumerable<TlsVersion> versions, IEnumerable<MatrixRow> rows)
    {
        var heads = versions.Select(version => version.ToText()).ToList();
        if (heads.Count == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"| {what} | | {string.Join(" | ", heads)} |\n");
        text.Append("| --- | --- |").Insert(text.Length, " --- |", heads.Count).Append('\n');
        foreach (var row in rows)
        {
            var cells = row.Ranks.Select(rank => rank?.ToString(CultureInfo.InvariantCulture) ?? "");
            text.Append(CultureInfo.InvariantCulture, $"| {Code(row.Name)} | {row.Kind.ToText()} | {string.Join(" | ", cells)} |\n");
        }

        text.Append('\n');
    }

    /// <summary>A code span (CommonMark 6.1), in which nothing means anything; a bar would still end a table's cell.</summary>
    private static string Code(string text)
    {
        var line = DisplayText.OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
        var fence = new string('`', LongestRun(line, '`') + 1);
        return line.Trim().Length == 0 ? "" : $"{fence} {line} {fence}";
    }

    private static int LongestRun(string text, char sought)
    {
        var (longest, run) = (0, 0);
        foreach (var each in text)
        {
            run = each == sought ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    // A reference to a character is text whatever stands around it; the space of no width keeps names from being called.
    private static string Escape(string text) => string.Concat(DisplayText.OneLine(text).Select(each => each switch
    {
        '@' => "@&#8203;",
        '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '<' or '>' or '#' or '|' or '!' or '~' or '&' or '$' or ':'
            => string.Create(CultureInfo.InvariantCulture, $"&#{(int)each};"),
        _ => each.ToString(),
    }));
}
