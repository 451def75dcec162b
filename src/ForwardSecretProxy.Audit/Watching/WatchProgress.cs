namespace ForwardSecretProxy.Audit.Watching;

/// <summary>How far a watch is.</summary>
/// <param name="Looks">How often the server was looked at.</param>
/// <param name="Passed">How much of the span is over.</param>
/// <param name="Span">All of it.</param>
public sealed record WatchProgress(int Looks, TimeSpan Passed, TimeSpan Span);
