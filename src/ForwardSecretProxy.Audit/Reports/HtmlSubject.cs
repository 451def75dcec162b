using System.Globalization;
using System.Text;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using static ForwardSecretProxy.Audit.Reports.HtmlPage;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>One subject's part of the page: findings, the picture of its handshakes, and what passed.</summary>
internal sealed class HtmlSubject(AuditReport report, AuditedSubject subject, int number)
{
    private readonly StringBuilder _html = new();

    /// <summary>The HTML.</summary>
    public override string ToString()
    {
        _html.Clear();
        if (report.Subjects.Count > 1)
            Append($"<h2 class=\"subject\" id=\"s{number}\">{Encode(subject.Name)}</h2>\n");
        WriteFindings();
        if (subject.Endpoint is { } seen)
            WritePicture(seen);
        WritePassed();
        WriteGaps();
        return _html.ToString();
    }

    private void WriteFindings()
    {
        var findings = subject.WorstFirst.ToList();
        Append($"<section class=\"card\"><h2>Findings</h2>\n");
        if (findings.Count == 0)
            Append($"<p>None: all checks passed.</p>");
        foreach (var finding in findings)
            Write(finding, report.Describe(finding.Check));
        Append($"</section>\n");
    }

    // What has to be mended lies open, the rest is a touch away.
    private void Write(Finding finding, CheckDescription check)
    {
        var place = finding.Location is null ? "" : $"<code>{Encode(finding.Location.ToText())}</code> ";
        Append($"<details class=\"finding {Style(finding.Level)}\"{(finding.Level == FindingLevel.Failure ? " open" : "")}>");
        Append($"<summary><b>{finding.Level.ToText()}</b><span>{Encode(check.Title)}</span></summary>\n");
        Append($"<p>{place}{Encode(finding.Message)}</p>\n");
        WriteList("evidence", finding.Evidence);
        if (check.Why.Length > 0)
            Append($"<p class=\"quiet\">{Encode(check.Why)}</p>\n");
        if (finding.Level >= FindingLevel.Warning)
            WriteMends(check);
        if (check.References.Count > 0)
            Append($"<p class=\"quiet\">{Encode(string.Join("; ", check.References))} · <code>{Encode(check.Id)}</code></p>\n");
        Append($"</details>\n");
    }

    private void WriteMends(CheckDescription check)
    {
        var mends = check.MendsFor(subject).ToList();
        if (mends.Count == 0)
            return;
        Append($"<dl class=\"mends\">");
        foreach (var (software, mend) in mends)
            Append($"<dt>{Encode(software)}</dt><dd>{Encode(mend)}</dd>");
        Append($"</dl>\n");
    }

    private void WriteList(string style, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        Append($"<ul class=\"{style}\">{string.Concat(lines.Select(line => $"<li>{Encode(line)}</li>"))}</ul>\n");
    }

    private void WritePicture(EndpointObservation seen)
    {
        var matrix = new HandshakeMatrix(seen);
        Append($"<section class=\"card\"><h2>Handshakes</h2>\n<ul class=\"versions\">");
        foreach (var version in seen.Versions)
            Append($"<li class=\"{Spoken(version)}\">{version.Version.ToText()}<span>{SpokenText(version)}</span></li>");
        Append($"</ul>\n<p class=\"key\"><i class=\"PostQuantum\"></i>post-quantum <i class=\"Ephemeral\"></i>ephemeral ");
        Append($"<i class=\"Static\"></i>opened by a key the server keeps ");
        Append($"<i class=\"Unknown\"></i>unknown. Numbers are the server's order.</p>\n");
        WriteMatrix("Cipher suites", matrix.Versions.Select(version => version.Version), matrix.Suites);
        WriteMatrix("Key exchange groups", matrix.GroupVersions, matrix.Groups);
        WriteKeyShares(seen.KeyShares);
        Append($"</section>\n");
    }

    // Versions that nobody should speak any more are the bad ones.
    private static string Spoken(VersionObservation version) => version.Supported switch
    {
        Answer.Yes => version.Version < TlsVersion.Tls12 ? "yes old" : "yes",
        Answer.No => "no",
        _ => "unknown",
    };

    private static string SpokenText(VersionObservation version) => version.Supported switch
    {
        Answer.Yes => "spoken",
        Answer.No => "not spoken",
        _ => "not known",
    };

    private void WriteMatrix(string title, IEnumerable<TlsVersion> versions, IReadOnlyList<MatrixRow> rows)
    {
        if (rows.Count == 0)
            return;
        Append($"<h3>{title}</h3>\n<table class=\"matrix\"><thead><tr><th></th>");
        foreach (var version in versions)
            Append($"<th scope=\"col\">{version.ToText()}</th>");
        Append($"</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            Append($"<tr><th scope=\"row\">{Breakable(row.Name)}</th>");
            foreach (var rank in row.Ranks)
            {
                if (rank is null)
                    Append($"<td></td>");
                else
                    Append($"<td class=\"{row.Kind}\" title=\"{row.Kind.ToText()}\">{rank}</td>");
            }

            Append($"</tr>\n");
        }

        Append($"</tbody></table>\n");
    }

    // Long names break behind their underscores.
    private static string Breakable(string name) => Encode(name).Replace("_", "_<wbr>", StringComparison.Ordinal);

    private void WriteKeyShares(IReadOnlyList<KeyShareObservation> keyShares)
    {
        if (keyShares.Count == 0)
            return;
        Append($"<h3>The server's key shares</h3>\n<p class=\"quiet\">");
        Append($"A square for each handshake that was looked at; filled red where the share came more than once.</p>\n<div class=\"shares\">");
        foreach (var shares in keyShares)
        {
            Append($"<figure>{Squares(shares)}<figcaption>{shares.Version.ToText()}, {Encode(shares.Group)}: {Encode(shares.Describe())}");
            foreach (var repeated in shares.Repeated)
                Append($"<br><code>{Encode(repeated.Share)}</code> {repeated.Times} times in {repeated.Seconds:0.0} s");
            Append($"</figcaption></figure>\n");
        }

        Append($"</div>\n");
    }

    private static string Squares(KeyShareObservation shares)
    {
        const int size = 10;
        const int inRow = 32;
        var repeated = shares.Repeated.Sum(share => share.Times);
        var rows = Math.Max(1, (shares.Samples + inRow - 1) / inRow);
        var squares = Enumerable.Range(0, shares.Samples).Select(at =>
            $"<rect x=\"{at % inRow * size}\" y=\"{at / inRow * size}\" width=\"8\" height=\"8\" rx=\"1.5\" "
                + $"class=\"{(at < repeated ? "Static" : "Ephemeral")}\"/>");
        return $"<svg viewBox=\"0 0 {inRow * size} {rows * size}\" role=\"img\" "
            + $"aria-label=\"{Encode(shares.Describe())}\">{string.Concat(squares)}</svg>";
    }

    private void WritePassed()
    {
        var passed = subject.At(FindingLevel.Pass).ToList();
        if (passed.Count == 0)
            return;
        Append($"<details class=\"card passed\"><summary>{DisplayText.Count(passed.Count, "check")} passed</summary><ul>");
        foreach (var finding in passed)
            Append($"<li><b>{Encode(report.Describe(finding.Check).Title)}</b> {Encode(finding.Message)}</li>\n");
        Append($"</ul></details>\n");
    }

    private void WriteGaps()
    {
        if (subject.Endpoint is not { Gaps.Count: > 0 } seen)
            return;
        Append($"<section class=\"card\"><h2>What could not be learnt</h2>");
        WriteList("gaps", seen.Gaps);
        Append($"</section>\n");
    }

    private static string Style(FindingLevel level) => level.ToString().ToLowerInvariant();

    private void Append(FormattableString html) => _html.Append(html.ToString(CultureInfo.InvariantCulture));
}
