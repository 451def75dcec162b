namespace ForwardSecretProxy.Audit.Findings;

/// <summary>The answer to the one question of the audit.</summary>
/// <param name="Grade">
/// <c>A</c>: past sessions stay closed; <c>B</c>: they do, but for recent ones or with warnings; <c>C</c>: they may be open;
/// <c>D</c>: some are open; <c>F</c>: they are open.
/// </param>
/// <param name="PastSessions">The worst of all findings.</param>
/// <param name="Sentence">The answer in one sentence.</param>
public sealed record Verdict(string Grade, PastSessions PastSessions, string Sentence);
