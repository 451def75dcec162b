using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Auditing;

/// <summary>What is looked for in our own configuration only.</summary>
internal static class OwnChecks
{
    /// <summary>Whether <c>fsp serve</c> would start.</summary>
    public static CheckDescription Start { get; } = new(
        "fsp-start", "fsp would serve with this configuration",
        "A proxy that refuses to start protects nobody, and what stands in its place may be worse.",
        [],
        new Dictionary<string, string> { ["fsp"] = "Mend what the evidence says; fsp check --config FILE shows all of it." });

    /// <summary>Whether every key passes the key gate.</summary>
    public static CheckDescription KeyGate { get; } = new(
        "fsp-key-gate", "Every private key is on its token, cannot leave it, and signs only",
        "A key that could be copied, or that could decrypt, is a master key. The key gate asks the token, and tries to read the key and "
        + "to wrap it out.",
        ["PKCS #11 v2.40, sections 4.8 and 4.9"],
        new Dictionary<string, string>
        {
            ["fsp"] = "Make a new key with fsp key generate, and request a certificate for it with fsp csr.",
        });

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CheckDescription> All { get; } = [Start, KeyGate];
}
