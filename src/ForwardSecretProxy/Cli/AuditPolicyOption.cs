using System.CommandLine;
using ForwardSecretProxy.Audit.Profiles;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--policy</c>: somebody's rules, to be held against what was seen.</summary>
internal sealed class AuditPolicyOption
{
    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "Also judge by these rules: the name of a policy (see fsp audit policies), or a file.",
        HelpName = "NAME|FILE",
    };

    /// <summary>Puts the option on <paramref name="command"/>.</summary>
    public void AddTo(Command command) => command.Options.Add(_policy);

    /// <summary>The policy; null for none.</summary>
    /// <exception cref="CommandFailedException">There is no such policy, or the file is not one.</exception>
    public Profile? Read(ParseResult parsed)
    {
        try
        {
            return parsed.GetValue(_policy) is { } policy ? ProfileReader.Load(policy) : null;
        }
        catch (ProfileException exception)
        {
            throw new CommandFailedException($"--policy: {exception.Message}", ExitCode.Usage);
        }
    }
}
