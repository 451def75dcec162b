namespace ForwardSecretProxy.Audit.Findings;

/// <summary>A line of a file.</summary>
/// <param name="File">Its path as it was given, or as it follows from an include.</param>
/// <param name="Line">From 1 on; 0 for the file as a whole.</param>
public sealed record SourceLocation(string File, int Line);
