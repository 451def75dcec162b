using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>A part of a configuration that was not seen.</summary>
/// <param name="Location">Where.</param>
/// <param name="Message">What, and what was taken for it.</param>
/// <param name="IsAssumption">
/// Whether it could be read all the same, by an assumption; otherwise there may be more than the report knows of.
/// </param>
public sealed record ConfigurationGap(SourceLocation Location, string Message, bool IsAssumption = false);
