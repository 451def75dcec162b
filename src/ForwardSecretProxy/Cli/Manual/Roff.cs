using System.Text;
using System.Text.RegularExpressions;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Cli.Manual;

/// <summary>Writes a page in the language of man(7).</summary>
internal sealed partial class Roff
{
    private readonly StringBuilder _page = new();

    /// <summary>Starts a page.</summary>
    public Roff(string name, int section, string date)
    {
        Line($""".TH "{Escape(name.ToUpperInvariant())}" "{section}" "{date}" "fsp {ProductVersion.Current}" "Forward Secret Proxy" """
            .TrimEnd());
    }

    /// <summary>A section's heading.</summary>
    public Roff Heading(string title) => Line($".SH {Escape(title)}");

    /// <summary>A paragraph of Markdown.</summary>
    public Roff Paragraph(string markdown) => Line(".PP").Text(markdown);

    /// <summary>A term with its explanation, a paragraph or more of Markdown.</summary>
    public Roff Term(string roff, params IEnumerable<string> markdown)
    {
        Line(".TP").Line(roff);
        var isFirst = true;
        foreach (var paragraph in markdown.Where(text => text.Length > 0))
        {
            if (!isFirst)
                Line(".br");
            Text(paragraph);
            isFirst = false;
        }
        return this;
    }

    /// <summary>Lines as they stand.</summary>
    public Roff Example(IEnumerable<string> lines)
    {
        Line(".EX");
        foreach (var line in lines)
            Line(Guard(Escape(line)));
        return Line(".EE");
    }

    /// <summary>Text of one line, with what stands in it already being roff.</summary>
    public Roff Line(string roff)
    {
        _page.Append(roff).Append('\n');
        return this;
    }

    /// <summary>Text of Markdown, which goes on where the text before it ended.</summary>
    public Roff Text(string markdown) => Line(Guard(Inline(markdown)));

    /// <inheritdoc/>
    public override string ToString() => _page.ToString();

    /// <summary>In bold.</summary>
    public static string Bold(string text) => $"\\fB{Escape(text)}\\fR";

    /// <summary>In italics, which is how a placeholder is set.</summary>
    public static string Italic(string text) => $"\\fI{Escape(text)}\\fR";

    /// <summary>Every character as it stands: the hyphen as the one that can be typed, nothing as a command.</summary>
    public static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal)
        .Replace("`", "\\(ga", StringComparison.Ordinal)
        .Replace("^", "\\(ha", StringComparison.Ordinal)
        .Replace("~", "\\(ti", StringComparison.Ordinal);

    /// <summary>Markdown's code and strong text in bold, its links without their targets in this repository.</summary>
    private static string Inline(string markdown)
    {
        var text = Link().Replace(markdown, match =>
            match.Groups[2].Value.StartsWith("http", StringComparison.Ordinal)
                ? $"{match.Groups[1].Value} ({match.Groups[2].Value})"
                : match.Groups[1].Value);
        return string.Concat(Emphasis().Split(text).Select((part, index) =>
            index % 2 == 0 ? Escape(part) : Bold(part)));
    }

    // A line that begins with a dot is a command.
    private static string Guard(string roff) => roff.StartsWith('.') ? $"\\&{roff}" : roff;

    [GeneratedRegex(@"\[([^\]]+)\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?:`|\*\*)(.+?)(?:`|\*\*)")]
    private static partial Regex Emphasis();
}
