namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>A profile cannot be used.</summary>
/// <param name="problems">Each names the file, the place in it, and the mend.</param>
public sealed class ProfileException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>All of them, not the first alone.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
