using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>Makes the tree of directives, with every <c>include</c> replaced by what it names.</summary>
internal sealed class NginxParser(SourceFiles files, string prefix)
{
    private const int DeepestBlock = 64;

    /// <summary>The directives of the lines.</summary>
    public List<NginxDirective> Parse(IReadOnlyList<SourceLine> lines)
    {
        var root = new List<NginxDirective>();
        ParseInto(root, lines);
        return root;
    }

    private void ParseInto(List<NginxDirective> root, IReadOnlyList<SourceLine> lines)
    {
        var open = new Stack<List<NginxDirective>>([root]);
        var words = new List<string>();
        SourceLocation? begin = null;
        foreach (var token in NginxTokenizer.Read(lines))
        {
            if (!token.IsMark)
            {
                begin ??= token.Location;
                words.Add(token.Text);
                continue;
            }
            if (begin is not null)
                Add(open, new NginxDirective(words[0], [.. words.Skip(1)], begin), token);
            else if (token.Text == "{")
                open.Push([]);
            words.Clear();
            begin = null;
            if (token.Text != "}") continue;
            if (open.Count > 1) open.Pop();
            else files.Miss(token.Location, "there is a } too many; what follows was read as if it were not there");
        }
        if (begin is not null) files.Miss(begin, $"{words[0]} does not end with a ;");
        else if (open.Count > 1) files.Miss(lines[^1].Location, "a block is not closed");
    }

    private void Add(Stack<List<NginxDirective>> open, NginxDirective directive, NginxToken end)
    {
        if (directive.Name == "include" && end.Text != "{")
        {
            Include(open.Peek(), directive);
            return;
        }
        open.Peek().Add(directive);
        if (end.Text != "{") return;
        if (open.Count >= DeepestBlock)
            throw new ConfigurationUnreadableException(
                $"{directive.Location.File}: blocks stand more than {DeepestBlock} deep in each other.");
        open.Push(directive.Block);
    }

    private void Include(List<NginxDirective> into, NginxDirective directive)
    {
        // ngx_conf_include: relative to the folder of the main file, wherever the include stands.
        var pattern = Path.Combine(prefix, directive.Argument);
        files.IncludeAll(pattern, isOptional: false, directive.Location, lines => ParseInto(into, lines));
    }
}
