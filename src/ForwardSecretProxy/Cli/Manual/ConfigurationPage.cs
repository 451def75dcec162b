namespace ForwardSecretProxy.Cli.Manual;

/// <summary>The manual page of the configuration file.</summary>
internal static class ConfigurationPage
{
    /// <summary>Writes the page from the README's section on it.</summary>
    public static string Write(MarkdownSection section, string date)
    {
        var page = new Roff("fsp.jsonc", 5, date);
        page.Heading("NAME").Line("fsp.jsonc \\- configuration of the Forward Secret Proxy");
        page.Heading("DESCRIPTION");
        IReadOnlyList<string>? head = null;
        foreach (var block in section.Blocks())
        {
            if (!MarkdownSection.IsRow(block))
            {
                head = null;
                WriteBlock(page, block);
            }
            else if (head is null)
            {
                head = MarkdownSection.Cells(block);
            }
            else if (!block.StartsWith("| ---", StringComparison.Ordinal))
            {
                WriteRow(page, head, MarkdownSection.Cells(block));
            }
        }

        page.Heading("FILES").Term(Roff.Italic("/etc/fsp/fsp.jsonc"), "Where the package's service looks for it.");
        page.Heading("SEE ALSO").Line("\\fBfsp\\fR(1), \\fBfsp\\-check\\fR(1), \\fBfsp\\-serve\\fR(1)");
        return page.ToString();
    }

    private static void WriteBlock(Roff page, string block)
    {
        if (block.StartsWith('#'))
            page.Line($".SS {Roff.Escape(block.TrimStart('#', ' '))}");
        else if (block.StartsWith("- ", StringComparison.Ordinal))
            page.Line(".IP \\(bu 2").Text(block[2..]);
        else
            page.Paragraph(block);
    }

    /// <summary>The first cell is what the row is about, the second says it, the others are named by their heads.</summary>
    private static void WriteRow(Roff page, IReadOnlyList<string> head, IReadOnlyList<string> cells)
    {
        var details = cells.Zip(head, (cell, title) => (cell, title)).Skip(2)
            .Where(detail => detail.cell.Length > 0)
            .Select(detail => $"{char.ToUpperInvariant(detail.title[0])}{detail.title[1..]}: {detail.cell}");
        page.Term(Roff.Bold(cells[0].Trim('`')), details.Prepend(cells[1]));
    }
}
