namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>Somebody's rules for TLS, to be held against what a server offers.</summary>
/// <param name="Name">As <c>--policy</c> takes it.</param>
/// <param name="Version">The edition that it follows.</param>
/// <param name="Title">A line for people.</param>
/// <param name="Source">Where the rules are laid down.</param>
/// <param name="Rules">The rules, each with a severity of its own.</param>
public sealed record Profile(string Name, string Version, string Title, string Source, IReadOnlyList<ProfileRule> Rules)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}@{Version}";
}
