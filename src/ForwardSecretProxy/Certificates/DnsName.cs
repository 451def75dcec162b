using System.Globalization;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// A host name as certificates carry it: lower case, A-labels, letters, digits and hyphens (RFC 5280 section 4.2.1.6,
/// RFC 5890), with <c>*</c> allowed as the whole first label of three or more.
/// </summary>
internal static class DnsName
{
    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;
    private const string WildcardPrefix = "*.";

    /// <summary>Whether <paramref name="name"/> already has the form of a certificate.</summary>
    public static bool IsValid(string name)
    {
        var host = name.StartsWith(WildcardPrefix, StringComparison.Ordinal) ? name[WildcardPrefix.Length..] : name;
        var labels = host.Split('.');
        return name.Length <= MaxLength
            && labels.All(IsLabel)
            && (host.Length == name.Length || labels.Length >= 2)
            && !labels[^1].All(char.IsAsciiDigit);
    }

    /// <summary>Whether a certificate's name, both in its form, is for a host: exactly, or by <c>*</c> for the first label.</summary>
    public static bool Covers(string name, string host) =>
        name == host
        || name.StartsWith(WildcardPrefix, StringComparison.Ordinal)
            && host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            && host.AsSpan(dot).SequenceEqual(name.AsSpan(1));

    /// <summary>Turns what a person writes, such as <c>Bücher.example</c>, into the form of a certificate.</summary>
    /// <exception cref="FormatException">It is no host name; the message says why and what to write.</exception>
    public static string Parse(string text)
    {
        var name = text.ToLowerInvariant();
        if (!name.All(char.IsAscii))
            name = ToAsciiLabels(text, name);

        return IsValid(name)
            ? name
            : throw new FormatException(
                $"\"{text}\" is not a host name: labels of letters, digits and hyphens, joined by dots, no dot at the "
                + "end, and \"*\" only as the whole first label, as in *.example.org");
    }

    private static string ToAsciiLabels(string text, string name)
    {
        // Without ICU there is no Unicode normalization here, and an accent that follows its letter would silently make
        // another name than the composed letter that everybody types.
        if (name.Any(character => character is >= '\u0300' and <= '\u036f'))
        {
            throw new FormatException(
                $"\"{text}\" has accents apart from their letters; write its A-label form, xn--...");
        }

        var wildcard = name.StartsWith(WildcardPrefix, StringComparison.Ordinal);
        try
        {
            var labels = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(wildcard ? name[2..] : name);
            return wildcard ? WildcardPrefix + labels : labels;
        }
        catch (ArgumentException)
        {
            throw new FormatException($"\"{text}\" cannot be turned into A-labels; write them yourself, xn--...");
        }
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength
        && label[0] != '-'
        && label[^1] != '-'
        && label.All(each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each == '-');
}
