using System.Globalization;
using System.Text;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>What a server said, as it may be shown: a terminal does what control characters tell it to.</summary>
internal static class ServerWords
{
    private const int MostCharacters = 200;

    /// <summary>
    /// The beginning of UTF-8 text, on one line. What has no shape of its own, or could turn the text around, becomes a question mark.
    /// </summary>
    public static string Read(ReadOnlySpan<byte> words) =>
        // No character has more than four bytes.
        Read(Encoding.UTF8.GetString(words[..Math.Min(words.Length, 4 * MostCharacters)]));

    /// <inheritdoc cref="Read(ReadOnlySpan{byte})"/>
    public static string Read(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(MostCharacters))
            shown.Append(IsHarmless(rune) ? rune.ToString() : "?");
        return shown.ToString();
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
