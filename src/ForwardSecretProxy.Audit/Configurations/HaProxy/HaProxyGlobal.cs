using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>All <c>global</c> sections together; of a keyword that stands twice the last counts.</summary>
internal sealed class HaProxyGlobal(IReadOnlyList<HaProxySection> sections)
{
    /// <summary>The lines with options for every <c>bind</c> line, the last one first: they add up.</summary>
    public IReadOnlyList<HaProxyLine> DefaultOptions { get; } = [.. sections.SelectMany(section => section.Lines)
        .Where(line => line.Keyword == "ssl-default-bind-options").Reverse()];

    /// <summary>The last line with the keyword, or null.</summary>
    public HaProxyLine? Find(string keyword) =>
        sections.Select(section => section.Find(keyword)).LastOrDefault(line => line is not null);
}

/// <summary>A word of a <c>bind</c> line with the one after it.</summary>
internal sealed record HaProxyOption(string Name, string Value, SourceLocation Location);
