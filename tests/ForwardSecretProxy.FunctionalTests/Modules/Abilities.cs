namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>What is asked of each module. The texts stand in docs/tokens.md.</summary>
public static class Abilities
{
    public const string Initialisation = "`fsp token init`";
    public const string P256 = "EC P-256 keys";
    public const string P384 = "EC P-384 keys";
    public const string Rsa = "RSA keys";
    public const string Serving = "serving";
    public const string Return = "coming back by itself";

    /// <summary>The ability to make, keep and use a key of the kind that <c>fsp key generate --type</c> names.</summary>
    public static string OfKind(string type) => type switch
    {
        "ec-p256" => P256,
        "ec-p384" => P384,
        "rsa-2048" => Rsa,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a kind that is tested."),
    };
}
