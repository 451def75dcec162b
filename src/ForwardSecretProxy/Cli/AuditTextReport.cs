using System.Globalization;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Reports;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>An audit as people read it in a terminal: the verdict first, then what it rests on.</summary>
internal sealed class AuditTextReport
{
    private const string Indent = "            ";

    private readonly IAnsiConsole _console;
    private readonly AuditReport _report;
    private readonly bool _isVerbose;

    private AuditTextReport(IAnsiConsole console, AuditReport report, bool isVerbose) =>
        (_console, _report, _isVerbose) = (console, report, isVerbose);

    /// <summary>Writes all of it.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="report">What.</param>
    /// <param name="isVerbose">Whether checks that passed get a line each, and findings the reason why they matter.</param>
    public static void Write(IAnsiConsole console, AuditReport report, bool isVerbose)
    {
        var text = new AuditTextReport(console, report, isVerbose);
        foreach (var subject in report.Subjects)
            text.Write(subject);
        text.WriteChanges();
    }

    /// <summary>Writes a line for each server or configuration.</summary>
    public static void WriteVerdicts(IAnsiConsole console, AuditReport report)
    {
        foreach (var subject in report.Subjects)
            console.MarkupLine(Headline(subject));
    }

    private void Write(AuditedSubject subject)
    {
        Line(Headline(subject));
        if (subject.Verdict is null)
            return;
        if (subject.Describe() is { Length: > 0 } about)
            Line(Text(about));
        _console.WriteLine();
        foreach (var finding in subject.WorstFirst)
            Write(subject, finding);
        WritePassed(subject);
        if (subject.Endpoint is { } seen)
            WriteEndpoint(seen);
        _console.WriteLine();
    }

    private static string Headline(AuditedSubject subject) => $"[bold]{Text(subject.Name)}[/]  " + (subject.Verdict is { } verdict
        ? $"{Grade(verdict)}  {Text(verdict.Sentence)}"
        : $"[red]could not be audited:[/] {Text(subject.Error ?? "")}");

    private static string Grade(Verdict verdict)
    {
        var colour = verdict.Grade switch { "A" or "B" => "green", "C" => "yellow", _ => "red" };
        return $"[{colour} bold]{Text(verdict.Grade)}[/]";
    }

    private void Write(AuditedSubject subject, Finding finding)
    {
        var check = _report.Describe(finding.Check);
        var place = finding.Location is null ? "" : $"{Text(finding.Location.ToText())}: ";
        var level = finding.Level.ToText().PadRight(Indent.Length - 1);
        Line($"[{Colour(finding.Level)}]{level}[/] {place}[bold]{Text(check.Title)}:[/] {Text(finding.Message)}");
        foreach (var line in finding.Evidence)
            Line(Indent + Text(line));
        if (finding.Level == FindingLevel.Pass)
            return;
        if (_isVerbose && check.Why.Length > 0)
            Line(Indent + Text(check.Why));
        if (_isVerbose && check.References.Count > 0)
            Line($"{Indent}{Text(string.Join("; ", check.References))} [dim]({Text(check.Id)})[/]");
        if (finding.Level < FindingLevel.Warning)
            return;
        foreach (var (software, mend) in check.MendsFor(subject))
            Line($"{Indent}[green]{Text(software),-8}[/] {Text(mend)}");
    }

    private static string Colour(FindingLevel level) => level switch
    {
        FindingLevel.Failure => "red bold",
        FindingLevel.Warning or FindingLevel.Unexamined => "yellow",
        FindingLevel.Pass => "green",
        _ => "blue",
    };

    private void WritePassed(AuditedSubject subject)
    {
        var passed = subject.At(FindingLevel.Pass).ToList();
        if (_isVerbose)
            passed.ForEach(finding => Write(subject, finding));
        else if (passed.Count > 0)
            Line($"[green]pass[/]        {Text(string.Join(", ", passed.Select(finding => finding.Check).Distinct()))}");
    }

    private void WriteEndpoint(EndpointObservation seen)
    {
        var matrix = new HandshakeMatrix(seen);
        WriteMatrix("suite", matrix.Versions.Select(version => version.Version), matrix.Suites);
        WriteMatrix("group", matrix.GroupVersions, matrix.Groups);
        foreach (var shares in seen.KeyShares)
        {
            var colour = shares.Repeated.Count == 0 ? "green" : "red";
            Line($"{shares.Version.ToText()}, {Text(shares.Group)}: [{colour}]{Text(shares.Describe())}[/]");
        }

        foreach (var gap in seen.Gaps)
            Line($"[yellow]not learnt[/]  {Text(gap)}");
    }

    private void WriteMatrix(string what, IEnumerable<TlsVersion> versions, IReadOnlyList<MatrixRow> rows)
    {
        if (rows.Count == 0)
            return;
        _console.WriteLine();
        var table = new Table().NoBorder().AddColumn(what).AddColumn("");
        foreach (var version in versions)
            table.AddColumn(new TableColumn(version.ToText()).RightAligned());
        foreach (var row in rows)
        {
            var kind = row.Kind.ToText();
            string[] start = [Text(row.Name), row.Kind == MatrixKind.Static ? $"[red]{kind}[/]" : kind];
            table.AddRow([.. start, .. row.Ranks.Select(rank => rank?.ToString(CultureInfo.InvariantCulture) ?? "-")]);
        }

        _console.Write(table);
    }

    private void WriteChanges()
    {
        if (_report.Changes is not { } changes)
            return;
        Line(string.Create(CultureInfo.InvariantCulture, $"[bold]Changes since {changes.At:yyyy-MM-dd HH:mm zzz}[/]"));
        if (changes.Changes.Count == 0)
            Line("none");
        foreach (var change in changes.Changes)
        {
            var colour = change.IsWorse switch { true => "red", false => "green", null => "default" };
            var subject = change.Subject.Length == 0 ? "" : $"{Text(change.Subject)}: ";
            Line($"[{colour}]{change.Direction,-7}[/]     {subject}{Text(change.Message)}");
        }
    }

    private void Line(string markup) => _console.MarkupLine(markup);

    private static string Text(string text) => Markup.Escape(DisplayText.OneLine(text));
}
