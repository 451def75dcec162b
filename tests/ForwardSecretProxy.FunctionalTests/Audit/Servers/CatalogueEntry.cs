namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A server of the catalogue: what it is called, how it is started, and what is wrong with it.</summary>
/// <param name="Name">The program first: <c>nginx-intermediate</c>.</param>
/// <param name="StartAsync">Starts it with keys and certificates of these identities, and waits until it answers.</param>
internal sealed record CatalogueEntry(string Name, Func<Identities, Task<AuditedServer>> StartAsync)
{
    /// <summary>What is wrong with it, as constants of <see cref="Weaknesses"/>; nothing for a good one.</summary>
    public IReadOnlyList<string> Weaknesses { get; init; } = [];

    /// <summary>
    /// Whether it stands for a server as a careful operator runs it: then not even a warning may come, but for what
    /// a session cache costs.
    /// </summary>
    public bool IsGood { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
