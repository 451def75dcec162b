namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>What every reader works with.</summary>
internal sealed record ReadingContext(SourceFiles Files, ICipherStringExpander Expander)
{
    private readonly Dictionary<(string, string?), SuiteSelection> _selections = [];

    /// <summary>The suites of a cipher string; a configuration of a thousand servers has few that differ.</summary>
    public SuiteSelection Suites(string cipherString, string? tls13)
    {
        if (!_selections.TryGetValue((cipherString, tls13), out var selection))
            _selections[(cipherString, tls13)] = selection = SuiteSelection.Of(cipherString, tls13, Expander);
        return selection;
    }
}
