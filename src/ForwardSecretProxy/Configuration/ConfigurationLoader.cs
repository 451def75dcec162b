using System.Collections;

namespace ForwardSecretProxy.Configuration;

/// <summary>A configuration as read, and everything wrong with what is written in it.</summary>
/// <param name="Options">
/// The values; where a problem is an error they are good for looking for more problems, not for serving. Null when the
/// file could not be read at all.
/// </param>
/// <param name="Context">The problems and the schema.</param>
internal sealed record LoadedConfiguration(ProxyOptions? Options, ConfigurationContext Context);

/// <summary>
/// Turns a file and the environment into <see cref="ProxyOptions"/>. It looks at nothing but the two: whether the
/// files, tokens and ports that are named exist is another step's question.
/// </summary>
internal static class ConfigurationLoader
{
    /// <summary>Reads <paramref name="file"/>; that it cannot be read is a problem like any other.</summary>
    public static LoadedConfiguration Load(FileInfo file)
    {
        var directory = file.DirectoryName!;
        try
        {
            return Load(File.ReadAllBytes(file.FullName), directory, Environment.GetEnvironmentVariables());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var context = new ConfigurationContext(directory, new Dictionary<string, string>());
            context.Report("", $"the configuration cannot be read: {exception.Message.TrimEnd('.')}",
                "Check the path after --config and the rights on the file.");
            return new LoadedConfiguration(null, context);
        }
    }

    /// <summary>Reads <paramref name="json"/>, which stands in <paramref name="baseDirectory"/>.</summary>
    public static LoadedConfiguration Load(ReadOnlyMemory<byte> json, string baseDirectory, IDictionary environment)
    {
        var file = ConfigurationFile.Parse(json);
        var overrides = new EnvironmentOverrides(environment);
        var context = new ConfigurationContext(baseDirectory, overrides.Variables);
        foreach (var problem in file.Problems)
            context.Report(problem);
        if (!file.IsReadable)
            return new LoadedConfiguration(null, context);

        var configuration = new ConfigurationBuilder().Add(file.ToSource()).Add(overrides.ToSource()).Build();
        return new LoadedConfiguration(ProxyOptionsReader.Read(configuration, context), context);
    }
}
