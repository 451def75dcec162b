using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>nginx: <c>http</c>, <c>stream</c> and <c>mail</c> blocks with their servers.</summary>
internal sealed class NginxReader : IConfigurationReader
{
    private static readonly string[] Contexts = ["http", "stream", "mail"];

    /// <inheritdoc/>
    public string Software => "nginx";

    /// <inheritdoc/>
    public IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context)
    {
        var prefix = Path.GetDirectoryName(Path.GetFullPath(files[0]))!;
        var root = new NginxParser(context.Files, prefix).Parse(context.Files.ReadFirst(files[0]));

        var scopes = root.Where(directive => Contexts.Contains(directive.Name))
            .SelectMany(block => Servers(block.Block)).ToList();
        if (Servers(root).ToList() is { Count: > 0 } fragments)
        {
            context.Files.Miss(new SourceLocation(files[0], 0),
                "it is a part of a configuration: what the http block around it sets is not known, and defaults were taken", true);
            scopes.AddRange(fragments);
        }
        NoteLua(root, context.Files);

        var endpoints = scopes.SelectMany(scope => Listens(scope.Server))
            .Where(HasTls).Select(listen => listen.Argument).ToHashSet();
        return [.. scopes.Where(scope => SpeaksTls(scope, endpoints))
            .Select(scope => new NginxService(scope, prefix, context).Observe(Name(scope.Server)))];
    }

    // Looked up by name, for there can be thousands of servers in a block.
    private static IEnumerable<NginxScope> Servers(List<NginxDirective> block)
    {
        var around = block.ToLookup(directive => directive.Name);
        return around["server"].Where(server => server.Block.Count > 0).Select(server => new NginxScope(server, around));
    }

    private static IEnumerable<NginxDirective> Listens(NginxDirective server) =>
        server.Block.Where(directive => directive.Name == "listen");

    private static bool HasTls(NginxDirective listen) => listen.Arguments.Skip(1).Any(word => word is "ssl" or "quic");

    // TLS belongs to the socket, and all servers on one address and port share that: one "ssl" is enough for all of them.
    private static bool SpeaksTls(NginxScope scope, HashSet<string> endpoints) =>
        Listens(scope.Server).Any(listen => endpoints.Contains(listen.Argument))
        || scope.Find("ssl")?.Argument == "on"
        || scope.Find("starttls")?.Argument is "on" or "only";

    private static string Name(NginxDirective server)
    {
        var names = server.Block.FirstOrDefault(directive => directive.Name == "server_name")?.Arguments ?? [];
        var listens = string.Join(", ", Listens(server).Select(listen => listen.Argument).Distinct());
        var name = names.Count == 0 ? "server" : string.Join(' ', names.Take(3)) + (names.Count > 3 ? " ..." : "");
        return listens.Length == 0 ? name : $"{name} on {listens}";
    }

    private static void NoteLua(IEnumerable<NginxDirective> block, SourceFiles files)
    {
        foreach (var directive in block)
        {
            if (directive.Name.StartsWith("ssl_", StringComparison.Ordinal) && directive.Name.Contains("_by_lua", StringComparison.Ordinal))
                files.Miss(directive.Location, $"{directive.Name} runs a program, which may choose other keys and tickets");
            NoteLua(directive.Block, files);
        }
    }
}
