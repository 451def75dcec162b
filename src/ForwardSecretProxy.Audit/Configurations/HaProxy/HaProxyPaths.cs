using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>Where relative names lead: <c>crt-base</c> and <c>key-base</c>, else where HAProxy was started.</summary>
internal sealed class HaProxyPaths(HaProxyGlobal global, string folder, SourceFiles files)
{
    /// <summary>The path of a certificate.</summary>
    public string Certificate(string name, SourceLocation location) => Resolve(name, "crt-base", location);

    /// <summary>The path of anything else.</summary>
    public string Other(string name, SourceLocation location) => Resolve(name, null, location);

    private string Resolve(string name, string? keyword, SourceLocation location)
    {
        if (Path.IsPathRooted(name)) return name;
        if (keyword is not null && global.Find(keyword)?.Words[1] is { } root && Path.IsPathRooted(root)) return Path.Combine(root, name);

        // default-path says otherwise, and without it the folder that the process was started in counts.
        files.Miss(location, $"{name} is relative to where HAProxy was started; it was taken from {folder}", true);
        return Path.Combine(folder, name);
    }
}
