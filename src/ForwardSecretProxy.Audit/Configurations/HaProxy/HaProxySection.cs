using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>A section with its lines.</summary>
internal sealed record HaProxySection(string Kind, string Name, SourceLocation Location)
{
    private static readonly HashSet<string> Kinds =
    [
        "global", "defaults", "frontend", "listen", "backend", "peers", "resolvers", "userlist", "mailers", "ring", "cache",
        "http-errors", "program", "log-forward", "log-profile", "fcgi-app", "crt-store", "traces", "acme",
    ];

    /// <summary>The lines, without the one that begins the section.</summary>
    public List<HaProxyLine> Lines { get; } = [];

    /// <summary>The last line with the keyword, or null.</summary>
    public HaProxyLine? Find(string keyword) => Lines.LastOrDefault(line => line.Keyword == keyword && line.Words.Count > 1);

    /// <summary>All sections of a file.</summary>
    public static IEnumerable<HaProxySection> Read(IReadOnlyList<SourceLine> lines, SourceFiles files)
    {
        HaProxySection? current = null;
        foreach (var line in lines.Select(HaProxyLine.Parse).OfType<HaProxyLine>())
        {
            if (Kinds.Contains(line.Keyword))
            {
                if (current is not null) yield return current;
                current = new HaProxySection(line.Keyword, line.Words.ElementAtOrDefault(1) ?? "", line.Location);
            }
            else if (line.Keyword is ".if" or ".elif" or ".else")
            {
                files.Miss(line.Location, "conditions are not decided: all branches were read", true);
            }
            else
            {
                current?.Lines.Add(line);
            }
        }
        if (current is not null) yield return current;
    }
}
