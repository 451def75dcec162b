namespace ForwardSecretProxy.Configuration;

/// <summary>What the readers of all sections share: where paths start, and what was found wrong so far.</summary>
/// <param name="baseDirectory">The absolute directory of the configuration file.</param>
/// <param name="environmentVariables">The variable behind each key that is not from the file.</param>
internal sealed class ConfigurationContext(
    string baseDirectory,
    IReadOnlyDictionary<string, string> environmentVariables)
{
    private readonly List<ConfigurationProblem> _problems = [];
    private readonly Dictionary<string, ConfigurationKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Everything found wrong, in the order it was found.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Whether one of <see cref="Problems"/> keeps the proxy from starting.</summary>
    public bool HasErrors => _problems.Exists(problem => problem.Severity == ConfigurationProblemSeverity.Error);

    /// <summary>Every key that was asked for: the schema, as the code that reads it knows it.</summary>
    public IReadOnlyCollection<ConfigurationKey> Keys => _keys.Values;

    /// <summary>Records a problem with the key at <paramref name="path"/>.</summary>
    public void Report(string path, string message, string mend) =>
        Report(new ConfigurationProblem(path, message, mend));

    /// <summary>Records a problem.</summary>
    public void Report(ConfigurationProblem problem) =>
        _problems.Add(problem with { EnvironmentVariable = environmentVariables.GetValueOrDefault(problem.Path) });

    /// <summary>Another context for the same file, for problems whose weight is not known yet.</summary>
    public ConfigurationContext Aside() => new(baseDirectory, environmentVariables);

    /// <summary>Makes warnings of the errors that <paramref name="isBearable"/> says so of.</summary>
    public void Relax(Predicate<ConfigurationProblem> isBearable)
    {
        for (var i = 0; i < _problems.Count; i++)
        {
            if (isBearable(_problems[i]))
                _problems[i] = _problems[i] with { Severity = ConfigurationProblemSeverity.Warning };
        }
    }

    /// <summary>Adds to the schema.</summary>
    public void Describe(ConfigurationKey key) => _keys.TryAdd(key.Pattern, key);

    /// <summary>An absolute path; a relative one starts at the configuration file's directory.</summary>
    public string ResolvePath(string path) => Path.GetFullPath(path, baseDirectory);
}
