using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>
/// A report as the XML that CI systems read test results from: a suite for each subject, in it a case for each check.
/// A failure is a failure, what could not be examined is skipped, a warning or note is output of a case that passed.
/// </summary>
public static class JUnitDocument
{
    /// <summary>The whole document.</summary>
    public static string Write(AuditReport report)
    {
        var suites = new XElement("testsuites", new XAttribute("name", "fsp audit"),
            report.Subjects.Select(subject => Suite(report, subject)));
        foreach (var count in (string[])["tests", "failures", "errors", "skipped"])
            suites.SetAttributeValue(count, suites.Elements().Sum(suite => (int)suite.Attribute(count)!));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{suites}";
    }

    private static XElement Suite(AuditReport report, AuditedSubject subject)
    {
        var cases = subject.Findings.GroupBy(finding => finding.Check)
            .Select(findings => Case(report.Describe(findings.Key), subject, [.. findings])).ToList();
        if (subject.Error is { } error)
            cases.Add(Case(subject, "audit", Outcome("error", "could not be audited", error)));
        return new XElement("testsuite",
            new XAttribute("name", Legal(subject.Name)),
            new XAttribute("timestamp", report.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)),
            new XAttribute("time", (subject.Endpoint?.Seconds ?? 0).ToString("0.000", CultureInfo.InvariantCulture)),
            new XAttribute("tests", cases.Count),
            Count("failures", "failure"), Count("errors", "error"), Count("skipped", "skipped"),
            cases);

        XAttribute Count(string name, string element) => new(name, cases.Count(each => each.Element(element) is not null));
    }

    private static XElement Case(CheckDescription check, AuditedSubject subject, IReadOnlyList<Finding> findings)
    {
        var failures = findings.Where(finding => finding.Level == FindingLevel.Failure).ToList();
        var unexamined = findings.Where(finding => finding.Level == FindingLevel.Unexamined).ToList();
        var rest = findings.Except(failures).Where(finding => finding.Level is FindingLevel.Warning or FindingLevel.Note).ToList();
        return Case(subject, check.Id,
            failures.Count > 0 ? Outcome("failure", failures[0].Message, Details(failures, check, subject))
            : unexamined.Count > 0 ? Outcome("skipped", unexamined[0].Message, "") : null,
            rest.Count > 0 ? new XElement("system-out", Legal(Details(rest, check, subject))) : null);
    }

    private static XElement Case(AuditedSubject subject, string name, params XElement?[] content) => new("testcase",
        new XAttribute("classname", Legal(subject.Name)), new XAttribute("name", Legal(name)), content);

    private static XElement Outcome(string name, string message, string details) =>
        new(name, new XAttribute("message", Legal(message)), name == "skipped" ? null : Legal(details));

    private static string Details(List<Finding> findings, CheckDescription check, AuditedSubject subject)
    {
        var lines = findings.SelectMany(finding =>
            finding.Evidence.Prepend($"{finding.Level.ToText()}: {Place(finding)}{finding.Message}"));
        var mends = check.MendsFor(subject).Select(mend => $"{mend.Key}: {mend.Value}");
        return string.Join("\n", lines.Append(check.Why).Concat(mends).Where(line => line.Length > 0));
    }

    private static string Place(Finding finding) => finding.Location is null ? "" : $"{finding.Location.ToText()}: ";

    // XML has no way to write most control characters (XML 1.0 section 2.2).
    private static string Legal(string text) =>
        string.Concat(text.Select((each, at) => XmlConvert.IsXmlChar(each) || IsPair(text, at) ? each : '?'));

    private static bool IsPair(string text, int at) =>
        char.IsSurrogatePair(text, at < text.Length - 1 && char.IsHighSurrogate(text[at]) ? at : Math.Max(0, at - 1));
}
