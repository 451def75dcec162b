namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>Something that a module cannot do. It is tried all the same, and the test fails when it can.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="Ability">What it cannot do.</param>
/// <param name="Reason">Why not, as docs/tokens.md says it.</param>
/// <param name="Symptom">What is seen when it is tried.</param>
public sealed record Inability(string Module, string Ability, string Reason, string Symptom)
{
    private const string WrapsOut = "the key gate refuses them: the module says that its keys cannot be extracted, and wraps "
        + "them out when it is asked to; nor does it say that it made them";

    /// <summary>All of them, as of Debian 12's versions. docs/tokens.md has the same rows.</summary>
    public static IReadOnlyList<Inability> All { get; } =
    [
        new(NssModule.ModuleName, Abilities.Initialisation,
            "its database is made by NSS's own tool, `certutil -N`, which sets the PIN", "There is no token with label"),
        new(NssModule.ModuleName, Abilities.P256, WrapsOut, "found the wrapped key"),
        new(NssModule.ModuleName, Abilities.P384, WrapsOut, "found the wrapped key"),
        new(NssModule.ModuleName, Abilities.Rsa, WrapsOut, "found the wrapped key"),
        new(NssModule.ModuleName, Abilities.Serving, "no key passes the key gate", "must not be used"),
        new(OpenCryptokiModule.ModuleName, Abilities.P256,
            "the software token of version 3.8 has no elliptic curves", "CKR_MECHANISM_INVALID"),
        new(OpenCryptokiModule.ModuleName, Abilities.P384,
            "the software token of version 3.8 has no elliptic curves", "CKR_MECHANISM_INVALID"),
        new(TpmModule.ModuleName, Abilities.Rsa,
            "the module signs a digest with the TPM's decryption, which a key that only signs does not permit",
            "FAIL  test signature rsa_pss_rsae_sha256"),
    ];

    /// <summary>The row for an ability; null where the module has it.</summary>
    public static Inability? Find(string module, string ability) =>
        All.SingleOrDefault(row => row.Module == module && row.Ability == ability);
}
