using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>A virtual host and the global directives that it inherits.</summary>
internal sealed record ApacheScope(
    string Name, SourceLocation Location, IReadOnlyList<ApacheDirective> Host, ILookup<string, ApacheDirective> Global)
{
    /// <summary>All of one name, of the host itself if it has any.</summary>
    public IReadOnlyList<ApacheDirective> FindAll(string name) =>
        Host.Where(directive => directive.Is(name) && directive.Arguments.Count > 0).ToList() is { Count: > 0 } own
            ? own
            : [.. Global[name].Where(directive => directive.Arguments.Count > 0)];

    /// <summary>The last of them, which counts, or null.</summary>
    public ApacheDirective? Find(string name) => FindAll(name) is [.., var last] ? last : null;

    /// <summary>The last <c>SSLOpenSSLConfCmd</c> of one command, or null.</summary>
    public ApacheDirective? FindCommand(params string[] commands) => FindAll("SSLOpenSSLConfCmd").LastOrDefault(found =>
        found.Arguments.Count > 1 && commands.Contains(found.Argument, StringComparer.OrdinalIgnoreCase));
}
