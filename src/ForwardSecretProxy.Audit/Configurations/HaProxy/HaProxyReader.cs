using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>HAProxy: <c>bind</c> lines with <c>ssl</c>, and the <c>global</c> section that they inherit from.</summary>
internal sealed class HaProxyReader : IConfigurationReader
{
    /// <inheritdoc/>
    public string Software => "haproxy";

    /// <inheritdoc/>
    public IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context)
    {
        var sections = files.SelectMany(Expand)
            .SelectMany(file => HaProxySection.Read(context.Files.ReadFirst(file), context.Files)).ToList();
        var global = new HaProxyGlobal([.. sections.Where(section => section.Kind == "global")]);
        var paths = new HaProxyPaths(global, Path.GetDirectoryName(Path.GetFullPath(files[0]))!, context.Files);

        return [.. sections.Where(section => section.Kind is "frontend" or "listen" or "peers" or "log-forward")
            .SelectMany(section => section.Lines.Where(line => line.Keyword == "bind" && line.Words.Contains("ssl"))
                .SelectMany(bind => new HaProxyBind(section, bind, global, paths, context).Observe()))];
    }

    // haproxy(1), -f: of a folder all files that end in .cfg, in the order of their names.
    private static IEnumerable<string> Expand(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*.cfg").Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)
        : [path];
}
