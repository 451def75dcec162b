using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>What came of a reload.</summary>
/// <param name="Swapped">Whether the new state is served; otherwise the old one goes on as if nothing had happened.</param>
/// <param name="Problems">What is wrong with the new state, and what of it waits for a restart.</param>
internal sealed record ReloadReport(bool Swapped, IReadOnlyList<ConfigurationProblem> Problems);
