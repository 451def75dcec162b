using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>Apache httpd with mod_ssl: virtual hosts, and the global directives that they inherit.</summary>
internal sealed class ApacheReader : IConfigurationReader
{
    private static readonly string[] OfWholes = ["Listen", "ServerRoot", "LoadModule", "Include", "IncludeOptional"];

    /// <inheritdoc/>
    public string Software => "apache";

    /// <inheritdoc/>
    public IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context)
    {
        var parser = new ApacheParser(context.Files, files[0]);
        var lines = context.Files.ReadFirst(files[0]);
        var root = parser.Parse(lines);
        if (context.Files.Read.Count == 1 && !root.Exists(directive => OfWholes.Any(directive.Is)))
        {
            context.Files.Miss(new SourceLocation(files[0], 0),
                "it is a part of a configuration: what is set globally is not known, and defaults were taken", true);
        }

        return [.. Scopes(root).Where(SpeaksTls).Select(scope => new ApacheService(scope, parser, context).Observe())];
    }

    private static IEnumerable<ApacheScope> Scopes(List<ApacheDirective> root)
    {
        // Names know no case; looked up, for there can be thousands of hosts.
        var global = root.ToLookup(directive => directive.Name, StringComparer.OrdinalIgnoreCase);
        if (global["SSLEngine"].LastOrDefault() is { } engine)
            yield return new ApacheScope("main server", engine.Location, [], global);
        foreach (var host in global["VirtualHost"])
        {
            var name = host.Block.LastOrDefault(directive => directive.Is("ServerName"))?.Argument ?? "VirtualHost";
            yield return new ApacheScope($"{name} on {string.Join(' ', host.Arguments)}", host.Location, host.Block, global);
        }
    }

    private static bool SpeaksTls(ApacheScope scope) =>
        scope.Find("SSLEngine")?.Argument is { } engine && !engine.Equals("off", StringComparison.OrdinalIgnoreCase);
}
