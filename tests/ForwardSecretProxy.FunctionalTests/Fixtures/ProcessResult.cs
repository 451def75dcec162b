namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams, for a search that does not care which one a version of a tool writes to.</summary>
    public string Text => Output + Error;
}
