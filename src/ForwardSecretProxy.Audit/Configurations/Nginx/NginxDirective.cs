using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>One directive, simple or with a block.</summary>
internal sealed record NginxDirective(string Name, IReadOnlyList<string> Arguments, SourceLocation Location)
{
    /// <summary>What stands in its block, includes already in their place; empty for a simple one.</summary>
    public List<NginxDirective> Block { get; } = [];

    /// <summary>The first argument, or nothing.</summary>
    public string Argument => Arguments.Count > 0 ? Arguments[0] : "";
}
