namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The file that tells SoftHSM where its tokens are.</summary>
internal static class SoftHsmConfiguration
{
    /// <summary>The variable that names it.</summary>
    public const string Variable = "SOFTHSM2_CONF";

    /// <summary>Where the tokens are of the one that is written into a directory.</summary>
    public static string TokensIn(TemporaryDirectory directory) => directory.File("tokens");

    /// <summary>Where it is.</summary>
    public static string PathIn(TemporaryDirectory directory) => directory.File("softhsm2.conf");

    /// <summary>What a process needs in its environment to see those tokens and no others.</summary>
    public static IReadOnlyDictionary<string, string?> EnvironmentOf(TemporaryDirectory directory) =>
        new Dictionary<string, string?> { [Variable] = PathIn(directory) };

    /// <summary>Writes it, and makes the directory of the tokens.</summary>
    public static string WriteTo(TemporaryDirectory directory)
    {
        Directory.CreateDirectory(TokensIn(directory));
        return directory.Write(Path.GetFileName(PathIn(directory)),
            $"directories.tokendir = {TokensIn(directory)}\nobjectstore.backend = file\nlog.level = ERROR\n");
    }
}
