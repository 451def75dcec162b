namespace ForwardSecretProxy.Audit.Findings;

/// <summary>What one check found at one subject.</summary>
/// <param name="Check">The <see cref="CheckDescription.Id"/>.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">One sentence about this subject.</param>
public sealed record Finding(string Check, FindingLevel Level, string Message)
{
    /// <summary>What it means for recorded sessions.</summary>
    public PastSessions PastSessions { get; init; }

    /// <summary>What was seen, each a line: suites, key shares, file names.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>Where in a configuration, or null for a server.</summary>
    public SourceLocation? Location { get; init; }
}
