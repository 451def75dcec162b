namespace ForwardSecretProxy.Cli.Manual;

/// <summary>One section of a Markdown text, as far as the README uses Markdown.</summary>
/// <param name="lines">The lines between the section's heading and the next of its level.</param>
internal sealed class MarkdownSection(IReadOnlyList<string> lines)
{
    /// <summary>The section under <paramref name="heading"/>, which is given with its number signs.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static MarkdownSection Read(string text, string heading)
    {
        var level = heading[..(heading.IndexOf(' ', StringComparison.Ordinal) + 1)];
        var rest = text.Split('\n').SkipWhile(line => line != heading).Skip(1).ToList();
        if (rest.Count == 0)
            throw new CommandFailedException($"the README has no section \"{heading}\"");
        return new MarkdownSection([.. rest.TakeWhile(line => !line.StartsWith(level, StringComparison.Ordinal))]);
    }

    /// <summary>Its paragraphs, headings, list items and table rows, in order, with wrapped lines joined.</summary>
    public IEnumerable<string> Blocks()
    {
        var block = "";
        foreach (var line in lines)
        {
            var starts = line.Length == 0 || line[0] is '|' or '#' || line.StartsWith("- ", StringComparison.Ordinal);
            if (starts && block.Length > 0)
            {
                yield return block;
                block = "";
            }
            block = block.Length == 0 ? line : $"{block} {line.Trim()}";
        }
        if (block.Length > 0)
            yield return block;
    }

    /// <summary>The rows of the table whose first column has this head, without head and rule.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Table(string head) =>
    [
        .. Blocks()
            .SkipWhile(block => !IsRow(block) || Cells(block)[0] != head)
            .Skip(2)
            .TakeWhile(IsRow)
            .Select(Cells),
    ];

    /// <summary>Whether a block is a table's row.</summary>
    public static bool IsRow(string block) => block.StartsWith('|');

    /// <summary>A row's cells; a bar after a backslash is part of one.</summary>
    public static IReadOnlyList<string> Cells(string row) =>
    [
        .. row.Replace("\\|", "\0", StringComparison.Ordinal)
            .Trim().Trim('|').Split('|')
            .Select(cell => cell.Trim().Replace('\0', '|')),
    ];
}
