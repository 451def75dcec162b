using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>A token as a configuration file has it.</summary>
internal static class ConfiguredToken
{
    /// <summary>The entry of <c>Tokens</c> with this name, or the only one.</summary>
    /// <exception cref="CommandFailedException">There is no such entry, or <c>Tokens</c> has errors.</exception>
    public static TokenOptions Find(FileInfo file, string? name)
    {
        var (options, context) = ConfigurationLoader.Load(file);

        // Before there is a key and a certificate the rest of the file may well be unfinished.
        var problems = context.Problems.Where(problem => problem.Severity == ConfigurationProblemSeverity.Error
            && (problem.Path.Length == 0 || problem.Path.Split(':')[0] == "Tokens")).ToList();
        if (options is null || problems.Count > 0)
            throw new CommandFailedException($"{file}: {string.Join(' ', problems)}", ExitCode.Usage);

        var tokens = options.Tokens.Where(token => name is null || token.Name == name).ToList();
        return tokens switch
        {
            [var only] => only.Options,
            [] => throw new CommandFailedException(
                $"{file} has no token \"{name}\"; it has: {Names(options.Tokens)}", ExitCode.Usage),
            _ => throw new CommandFailedException(
                $"{file} has several tokens, say which with --token: {Names(tokens)}", ExitCode.Usage),
        };
    }

    private static string Names(IEnumerable<TokenEntry> tokens) =>
        string.Join(", ", tokens.Select(token => token.Name));
}
