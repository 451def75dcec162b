using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Dovecot;

/// <summary>Reads the syntax that Dovecot 2.2 to 2.4 share: settings, blocks, <c>!include</c>.</summary>
internal sealed class DovecotParser(SourceFiles files)
{
    private const int DeepestBlock = 64;

    private int _depth;

    /// <summary>The settings of the lines, and of all that they include.</summary>
    public DovecotBlock Parse(IReadOnlyList<SourceLine> lines, string file)
    {
        var root = new DovecotBlock("", "", new SourceLocation(file, 0), null);
        ParseInto(root, lines);
        return root;
    }

    private void ParseInto(DovecotBlock root, IReadOnlyList<SourceLine> lines)
    {
        var block = root;
        foreach (var (text, location) in Join(lines))
        {
            if (text == "}")
            {
                if (block == root) files.Miss(location, "there is a } too many; it was passed over");
                else (block, _depth) = (block.Parent!, _depth - 1);
            }
            else if (text.StartsWith("!include", StringComparison.Ordinal))
            {
                Include(text, location, block);
            }
            else if (text.EndsWith('{'))
            {
                if (++_depth > DeepestBlock)
                    throw new ConfigurationUnreadableException(
                        $"{location.File}: blocks stand more than {DeepestBlock} deep in each other.");
                block = Open(text, location, block);
            }
            else if (text.Split('=', 2) is [var name, var value])
            {
                block.Set(name.Trim(), Unquote(value.Trim()), location);
            }
        }
        while (block != root)
        {
            files.Miss(block.Location, "this block is not closed");
            (block, _depth) = (block.Parent!, _depth - 1);
        }
    }

    private static DovecotBlock Open(string text, SourceLocation location, DovecotBlock around)
    {
        var words = text.TrimEnd('{').Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        var block = new DovecotBlock(words.ElementAtOrDefault(0) ?? "",
            Unquote(words.ElementAtOrDefault(1)?.Trim() ?? ""), location, around);
        around.Blocks.Add(block);
        return block;
    }

    private void Include(string text, SourceLocation location, DovecotBlock block)
    {
        if (text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries) is not [var word, var name]) return;
        // Relative to the file that includes it.
        var pattern = Path.Combine(Path.GetDirectoryName(location.File) ?? "", Unquote(name.Trim()));
        files.IncludeAll(pattern, word == "!include_try", location, lines => ParseInto(block, lines));
    }

    private static IEnumerable<SourceLine> Join(IReadOnlyList<SourceLine> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var location = lines[i].Location;
            var text = WithoutComment(lines[i].Text);
            while (text.EndsWith('\\') && i + 1 < lines.Count) text = $"{text[..^1].TrimEnd()} {WithoutComment(lines[++i].Text)}";
            if (text.Length > 0) yield return new SourceLine(text, location);
        }
    }

    // A # begins a comment at the begin of a line or after white space, and not within quotes.
    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            if (quote != '\0') quote = line[i] == quote ? '\0' : quote;
            else if (line[i] is '"' or '\'') quote = line[i];
            else if (line[i] == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1]))) return line[..i].Trim();
        }
        return line.Trim();
    }

    private static string Unquote(string value) =>
        value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
