using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Finite-field parameters in PEM.</summary>
internal static class DhParameterFiles
{
    private const string Folder = "tests/ForwardSecretProxy.FunctionalTests/Audit/Servers/Data/";

    /// <summary>A safe prime of 1024 bits that nobody else uses.</summary>
    public static string Own1024 => Repository.Path(Folder + "dh-1024.pem");

    /// <summary>A prime p of 2048 bits of which (p-1)/2 is not prime.</summary>
    public static string NotSafe2048 => Repository.Path(Folder + "dh-2048-not-safe.pem");

    /// <summary>ffdhe2048 of RFC 7919, as Mozilla's guide has it.</summary>
    public static string Ffdhe2048 => Repository.Path(Folder + "ffdhe2048.pem");
}
