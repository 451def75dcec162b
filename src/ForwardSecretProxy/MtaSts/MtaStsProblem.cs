using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.MtaSts;

/// <summary>One thing that is wrong with a policy file.</summary>
/// <param name="Line">The line, counted from 1; 0 when it is the file as a whole.</param>
/// <param name="Message">What is wrong: no capital, no full stop.</param>
/// <param name="Mend">What to do about it.</param>
internal sealed record MtaStsProblem(int Line, string Message, string Mend)
{
    /// <summary>Whether the policy can be served all the same.</summary>
    public ConfigurationProblemSeverity Severity { get; init; } = ConfigurationProblemSeverity.Error;
}
