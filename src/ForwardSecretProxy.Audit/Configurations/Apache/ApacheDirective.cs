using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>A directive, or a section with what stands in it.</summary>
internal sealed record ApacheDirective(string Name, IReadOnlyList<string> Arguments, SourceLocation Location)
{
    /// <summary>The section's content, includes and conditions already resolved; empty for a directive.</summary>
    public List<ApacheDirective> Block { get; } = [];

    /// <summary>The first argument, or nothing.</summary>
    public string Argument => Arguments.Count > 0 ? Arguments[0] : "";

    /// <summary>Whether it has this name; names know no case.</summary>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
