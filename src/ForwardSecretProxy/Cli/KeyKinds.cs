using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Cli;

/// <summary>The names of kinds of keys on command lines.</summary>
internal static class KeyKinds
{
    /// <summary>Each kind by its name.</summary>
    public static IReadOnlyDictionary<string, KeyKind> ByName { get; } = new Dictionary<string, KeyKind>(StringComparer.Ordinal)
    {
        ["ec-p256"] = KeyKind.EcP256,
        ["ec-p384"] = KeyKind.EcP384,
        ["rsa-2048"] = KeyKind.Rsa2048,
        ["rsa-3072"] = KeyKind.Rsa3072,
        ["rsa-4096"] = KeyKind.Rsa4096,
    };
}
