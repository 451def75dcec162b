namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>A server block within its surroundings: what is not set here is inherited from there.</summary>
internal sealed record NginxScope(NginxDirective Server, ILookup<string, NginxDirective> Around)
{
    /// <summary>
    /// A directive, or all of one that may stand several times: those of the innermost block that has any, as nginx merges.
    /// </summary>
    public IReadOnlyList<NginxDirective> FindAll(string name) =>
        Server.Block.Where(directive => directive.Name == name).ToList() is { Count: > 0 } own ? own : [.. Around[name]];

    /// <summary>The last of <see cref="FindAll"/>, or null.</summary>
    public NginxDirective? Find(string name) => FindAll(name) is [.., var last] ? last : null;

    /// <summary>The value of an OpenSSL command given by <c>ssl_conf_command</c>.</summary>
    public NginxDirective? FindCommand(string command) => FindAll("ssl_conf_command")
        .LastOrDefault(found => found.Argument.Equals(command, StringComparison.OrdinalIgnoreCase) && found.Arguments.Count > 1);
}
