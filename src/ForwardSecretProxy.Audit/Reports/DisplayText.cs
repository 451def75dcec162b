using System.Globalization;
using System.Text;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>Text that a server or a file may have had its hand in, made fit for reports.</summary>
public static class DisplayText
{
    /// <summary>
    /// One line without anything that moves a cursor, changes a colour or turns the direction of writing: each such
    /// character becomes a question mark.
    /// </summary>
    public static string OneLine(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => IsHarmless(rune) ? rune.ToString() : "?"));

    /// <summary>A number of things, in the singular where it is one.</summary>
    public static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>The first character as a capital.</summary>
    public static string Sentence(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
