namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>How far a scan is.</summary>
/// <param name="Step">What was finished last, as "cipher suites".</param>
/// <param name="Done">Steps that are finished.</param>
/// <param name="Total">Steps there are.</param>
public sealed record ScanProgress(string Step, int Done, int Total);
