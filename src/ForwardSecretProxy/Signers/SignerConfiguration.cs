using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Signers;

/// <summary>The part of a configuration that is a signer's: its file may have no more than that.</summary>
internal static class SignerConfiguration
{
    private static readonly string[] Sections = ["", "Tokens", "Signer", "SignerClients", "Logging"];

    /// <summary>Reads <paramref name="file"/>; only errors in the signer's sections are any to it.</summary>
    public static (ProxyOptions? Options, IReadOnlyList<string> Problems) Load(FileInfo file)
    {
        var (options, context) = ConfigurationLoader.Load(file);
        return (options, [.. context.Problems.Where(IsError).Select(problem => problem.ToString())]);
    }

    /// <summary>Whether a signer does not start because of <paramref name="problem"/>.</summary>
    public static bool IsError(ConfigurationProblem problem) => problem.Severity == ConfigurationProblemSeverity.Error
        && Sections.Contains(problem.Path.Split(':')[0]);
}
