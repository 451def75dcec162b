namespace ForwardSecretProxy.Configuration;

/// <summary>One key of the schema, recorded where it is read: documentation is checked against it.</summary>
/// <param name="Pattern">The path with names in angle brackets, as <c>Tokens:&lt;name&gt;:Sessions</c>.</param>
/// <param name="Type">What the value looks like, in a word or two.</param>
/// <param name="Default">The value that holds when the key is left out; null when there is none.</param>
internal sealed record ConfigurationKey(string Pattern, string Type, string? Default);
