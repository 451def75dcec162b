using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>A line of a configuration file, without its end.</summary>
internal readonly record struct SourceLine(string Text, SourceLocation Location);
