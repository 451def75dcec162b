namespace ForwardSecretProxy.Audit.Findings;

/// <summary>What a check looks for, whatever it finds.</summary>
/// <param name="Id">Short, lower case with hyphens, and never reused: <c>static-key-exchange</c>.</param>
/// <param name="Title">A line.</param>
/// <param name="Why">Why it matters, in a sentence or two for somebody who is not of the field.</param>
/// <param name="References">Where it is laid down: RFC sections, papers, guidelines.</param>
/// <param name="Mends">What to change, by server software (<c>nginx</c>, <c>apache</c>, <c>haproxy</c>, <c>postfix</c>, <c>dovecot</c>, <c>fsp</c>).</param>
public sealed record CheckDescription(
    string Id, string Title, string Why, IReadOnlyList<string> References, IReadOnlyDictionary<string, string> Mends);
