namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>What should name servers does not.</summary>
/// <param name="problems">Each a sentence, that of a file with its name and line.</param>
public sealed class AuditTargetException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<string> Problems => problems;
}
