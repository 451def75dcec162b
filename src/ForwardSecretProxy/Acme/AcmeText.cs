namespace ForwardSecretProxy.Acme;

/// <summary>Text from elsewhere, made fit for a line of a log or a terminal.</summary>
internal static class AcmeText
{
    /// <summary>One line of printable characters, and not more than so many.</summary>
    public static string Clean(string text, int maxLength)
    {
        var shortened = text.Length <= maxLength ? text : text[..maxLength] + "...";
        return string.Concat(shortened.Select(each => char.IsControl(each) || char.IsSurrogate(each) ? ' ' : each)).TrimEnd('.', ' ');
    }
}
