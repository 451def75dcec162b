using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>The keys behind <c>crt</c>: a PEM file, its neighbour, or a folder of them.</summary>
internal sealed class HaProxyCertificates(HaProxyPaths paths, SourceFiles files)
{
    // "crt" in the manual: what may lie beside the certificates and is none.
    private static readonly string[] Companions = [".issuer", ".ocsp", ".sctl", ".key", ".dh"];

    private const int Most = 5_000;

    /// <summary>The keys of a <c>crt</c> argument.</summary>
    public IEnumerable<KeyObservation> Keys(string name, SourceLocation location) =>
        PemFiles(name, location).Select(path => Key(path, location));

    /// <summary>The DH parameters in the files, if any has them.</summary>
    public DhParametersSource? DhParameters(string name, SourceLocation location)
    {
        foreach (var path in PemFiles(name, location))
        {
            try
            {
                if (DhParametersFile.ObserveIn(path, path, location) is { } found) return found;
            }
            catch (IOException)
            {
                // The key's observation says so.
            }
        }
        return null;
    }

    private IEnumerable<string> PemFiles(string name, SourceLocation location)
    {
        if (name.StartsWith('@') || name.Contains('$', StringComparison.Ordinal))
        {
            files.Miss(location, $"{name} is known only while HAProxy runs; its key was not looked at");
            return [];
        }
        var path = paths.Certificate(name, location);
        if (!Directory.Exists(path)) return [path];
        try
        {
            return [.. Directory.EnumerateFiles(path)
                .Where(file => !Path.GetFileName(file).StartsWith('.') && !Companions.Contains(Path.GetExtension(file)))
                .Order(StringComparer.Ordinal).Take(Most)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            files.Miss(location, $"{path} could not be listed: {exception.Message.TrimEnd('.')}");
            return [];
        }
    }

    // ssl-load-extra-files: site.pem.key; with ssl-load-extra-del-ext also site.key.
    private static KeyObservation Key(string path, SourceLocation location) =>
        KeyFile.ObserveFile(path, location, hasPassword: false)
        ?? ((string[])[path + ".key", Path.ChangeExtension(path, ".key")]).Where(File.Exists)
            .Select(beside => KeyFile.ObserveFile(beside, location, hasPassword: false)).FirstOrDefault(key => key is not null)
        ?? new KeyObservation(path, KeyStorage.Unseen, location) { Remark = "there is no private key in it or beside it" };
}
