using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>A value, and where it comes from.</summary>
/// <param name="Value">What holds.</param>
/// <param name="Location">Where it is written; null for a default.</param>
/// <param name="Default">For a default: which versions of the software have it. Otherwise a remark, if any.</param>
/// <typeparam name="T">The value's type.</typeparam>
public sealed record Setting<T>(T Value, SourceLocation? Location, string? Default = null);
