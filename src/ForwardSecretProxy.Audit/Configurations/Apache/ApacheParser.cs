using System.Text;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>Makes the tree of sections, with includes in their places and conditions decided as far as a file tells.</summary>
internal sealed class ApacheParser(SourceFiles files, string mainFile)
{
    private const int DeepestSection = 64;
    private const int LongestValue = 16 * 1024;

    // Whether a module is loaded is not seen, but for those that leave no TLS of mod_ssl's.
    private static readonly string[] Absent = ["mod_gnutls.c", "gnutls_module", "mod_nss.c", "nss_module", "mod_tls.c", "tls_module"];
    private static readonly string[] Present = ["mod_ssl.c", "ssl_module", "mod_socache_shmcb.c", "socache_shmcb_module"];

    private readonly Dictionary<string, string> _defined = new(StringComparer.Ordinal);
    private string? _root;

    /// <summary>The directives of the lines.</summary>
    public List<ApacheDirective> Parse(IReadOnlyList<SourceLine> lines)
    {
        var root = new List<ApacheDirective>();
        ParseInto(root, lines);
        return root;
    }

    /// <summary>An absolute path for what is relative to ServerRoot.</summary>
    public string Resolve(string name, SourceLocation location)
    {
        if (Path.IsPathRooted(name)) return name;
        if (_root is null)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(mainFile))!;
            _root = Path.GetFileName(folder) == "conf" ? Path.GetDirectoryName(folder)! : folder;
            files.Miss(location, $"ServerRoot is not set, and the build's is not known; {_root} was taken for it", true);
        }
        return Path.Combine(_root, name);
    }

    private void ParseInto(List<ApacheDirective> root, IReadOnlyList<SourceLine> lines)
    {
        // Of a condition that does not hold there is a list, too, which nobody reads.
        var open = new Stack<(string Name, List<ApacheDirective> Block, bool Counts)>([("", root, true)]);
        foreach (var (text, location) in ApacheWords.Join(lines))
        {
            if (text.StartsWith("</", StringComparison.Ordinal))
            {
                if (open.Count > 1 && open.Peek().Name.Equals(text[2..].TrimEnd('>', ' '), StringComparison.OrdinalIgnoreCase)) open.Pop();
                else files.Miss(location, $"{text} closes nothing");
                continue;
            }
            var isSection = text[0] == '<';
            var words = ApacheWords.Split(isSection ? text[1..].TrimEnd('>') : text).ConvertAll(Expand);
            if (words.Count == 0) continue;
            var directive = new ApacheDirective(words[0], [.. words.Skip(1)], location);
            var (_, block, counts) = open.Peek();
            if (isSection)
            {
                if (open.Count > DeepestSection)
                    throw new ConfigurationUnreadableException(
                        $"{location.File}: sections stand more than {DeepestSection} deep in each other.");
                open.Push(Open(directive, block, counts));
            }
            else if (counts)
            {
                Take(directive, block);
            }
        }
        if (open.Count > 1) files.Miss(lines[^1].Location, $"<{open.Peek().Name}> is not closed");
    }

    private (string, List<ApacheDirective>, bool) Open(ApacheDirective section, List<ApacheDirective> around, bool counts)
    {
        if (Holds(section) is { } holds) return (section.Name, around, counts && holds);
        if (counts) around.Add(section);
        return (section.Name, section.Block, counts);
    }

    // Null for a section that is no condition.
    private bool? Holds(ApacheDirective section)
    {
        var argument = section.Argument;
        var isNegated = argument.StartsWith('!');
        var name = argument.TrimStart('!');
        switch (section.Name.ToUpperInvariant())
        {
            case "IFMODULE":
                if (Absent.Contains(name)) return isNegated;
                if (Present.Contains(name)) return !isNegated;
                return true;
            case "IFDEFINE":
                return _defined.ContainsKey(name) != isNegated;
            case "IFFILE":
                return Path.Exists(Resolve(name, section.Location)) != isNegated;
            case "IFVERSION" or "IFDIRECTIVE" or "IFSECTION":
                files.Miss(section.Location, $"<{section.Name} {string.Join(' ', section.Arguments)}> was taken to hold", true);
                return true;
            default:
                return null;
        }
    }

    private void Take(ApacheDirective directive, List<ApacheDirective> block)
    {
        if (directive.Is("ServerRoot") && Path.IsPathRooted(directive.Argument))
            _root = directive.Argument;
        else if (directive.Is("Define") && directive.Argument.Length > 0)
            _defined[directive.Argument] = directive.Arguments.ElementAtOrDefault(1) ?? "";
        else if (directive.Is("UnDefine"))
            _defined.Remove(directive.Argument);
        else if (directive.Is("Use"))
            files.Miss(directive.Location, $"the macro {directive.Argument} (mod_macro) was not followed");
        else if (directive.Is("Include") || directive.Is("IncludeOptional"))
            Include(directive, block);
        else
            block.Add(directive);
    }

    private void Include(ApacheDirective directive, List<ApacheDirective> block)
    {
        var path = Resolve(directive.Argument, directive.Location);
        // A folder stands for all that is in it, folders included (core, Include).
        var pattern = Directory.Exists(path) ? Path.Combine(path, "*") : path;
        files.IncludeAll(pattern, directive.Is("IncludeOptional"), directive.Location, lines => ParseInto(block, lines));
        if (pattern == path) return;
        foreach (var folder in PathPattern.Expand(pattern, limit: 1000).Where(Directory.Exists))
            files.IncludeAll(Path.Combine(folder, "*"), isOptional: true, directive.Location, lines => ParseInto(block, lines));
    }

    // ${NAME}, where it is defined; a value that would grow without end stays as it is.
    private string Expand(string word)
    {
        var text = new StringBuilder();
        for (var at = 0; at < word.Length;)
        {
            var open = word.IndexOf("${", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : word.IndexOf('}', open);
            if (close < 0 || !_defined.TryGetValue(word[(open + 2)..close], out var value))
            {
                if (at == 0 && close < 0) return word;
                var end = close < 0 ? word.Length : close + 1;
                text.Append(word, at, end - at);
                at = end;
                continue;
            }
            text.Append(word, at, open - at).Append(value);
            at = close + 1;
            if (text.Length > LongestValue) return word;
        }
        return text.ToString();
    }
}
