using System.Collections;

namespace ForwardSecretProxy.Configuration;

/// <summary>A configuration as read, and everything wrong with what is written in it.</summary>
/// <param name="Options">The values; to be used only when no problem is an error.</param>
/// <param name="Context">The problems and the schema.</param>
internal sealed record LoadedConfiguration(ProxyOptions Options, ConfigurationContext Context);

/// <summary>
/// Turns a file and the environment into <see cref="ProxyOptions"/>. It looks at nothing but the two: whether the
/// files, tokens and ports that are named exist is another step's question.
/// </summary>
internal static class ConfigurationLoader
{
    /// <summary>Reads <paramref name="file"/>.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static LoadedConfiguration Load(FileInfo file) =>
        Load(File.ReadAllBytes(file.FullName), file.DirectoryName!, Environment.GetEnvironmentVariables());

    /// <summary>Reads <paramref name="json"/>, which stands in <paramref name="baseDirectory"/>.</summary>
    public static LoadedConfiguration Load(ReadOnlyMemory<byte> json, string baseDirectory, IDictionary environment)
    {
        var file = ConfigurationFile.Parse(json);
        var overrides = new EnvironmentOverrides(environment);
        var configuration = new ConfigurationBuilder().Add(file.ToSource()).Add(overrides.ToSource()).Build();

        var context = new ConfigurationContext(baseDirectory, overrides.Variables);
        foreach (var problem in file.Problems)
            context.Report(problem.Path, problem.Message, problem.Mend);
        // Of a file that is no JSON nothing was read: that everything is missing would be no news.
        if (!file.IsReadable)
            configuration = new ConfigurationBuilder().Build();
        var options = ProxyOptionsReader.Read(configuration, file.IsReadable ? context : Silent(baseDirectory));
        return new LoadedConfiguration(options, context);
    }

    private static ConfigurationContext Silent(string baseDirectory) =>
        new(baseDirectory, new Dictionary<string, string>());
}
