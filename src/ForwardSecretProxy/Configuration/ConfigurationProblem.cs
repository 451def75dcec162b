namespace ForwardSecretProxy.Configuration;

/// <summary>Whether a problem keeps the proxy from starting.</summary>
internal enum ConfigurationProblemSeverity
{
    /// <summary>It starts, and somebody should look at it.</summary>
    Warning,

    /// <summary>It does not start.</summary>
    Error,
}

/// <summary>One thing that is wrong with a configuration, or with what it points at.</summary>
/// <param name="Path">The key, as <c>Certificates:web:Chain</c>; empty for what has none.</param>
/// <param name="Message">What is wrong: no capital, no full stop, no secret.</param>
/// <param name="Mend">What to do about it, as one or more sentences.</param>
internal sealed record ConfigurationProblem(string Path, string Message, string Mend)
{
    /// <summary>Whether it keeps the proxy from starting; it does unless said otherwise.</summary>
    public ConfigurationProblemSeverity Severity { get; init; } = ConfigurationProblemSeverity.Error;

    /// <summary>
    /// Whether the same configuration may work later: the token is away, the port is taken. It decides between the
    /// exit codes for a wrong configuration and for one that cannot run now.
    /// </summary>
    public bool MayPass { get; init; }

    /// <summary>Whether it is that a certificate expires soon, which whoever shows it later counts anew.</summary>
    public bool IsExpiry { get; init; }

    /// <summary>More about it, line by line, such as the whole report of the key gate.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>The environment variable that set the key, where it was not the file.</summary>
    public string? EnvironmentVariable { get; init; }

    /// <summary>The key, and what set it when that was not the file.</summary>
    public string Place => EnvironmentVariable is null
        ? Path
        : $"{Path} (set by the environment variable {EnvironmentVariable})";

    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? $"{Message}. {Mend}" : $"{Place}: {Message}. {Mend}";
}
