using System.CommandLine;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Where a command gets a PIN from. A PIN is never an option itself, because every user of the machine sees command
/// lines.
/// </summary>
internal sealed class PinOptions
{
    private readonly Option<FileInfo?> _file;
    private readonly Option<string?> _environment;

    /// <summary>Creates the options.</summary>
    /// <param name="prefix">The beginning of their names, such as <c>--pin</c>.</param>
    /// <param name="meaning">Whose PIN, such as <c>the token's user PIN</c>.</param>
    public PinOptions(string prefix, string meaning)
    {
        _file = new Option<FileInfo?>($"{prefix}-file")
        {
            Description = $"A file with {meaning} that only its owner can read. Default: ask at the terminal.",
            HelpName = "FILE",
        };
        _environment = new Option<string?>($"{prefix}-env")
        {
            Description = $"The name of an environment variable with {meaning}.",
            HelpName = "NAME",
        };
    }

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_file, _environment];

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in Options)
            command.Options.Add(option);
    }

    /// <summary>The source that was chosen; null when none was.</summary>
    /// <exception cref="CommandFailedException">Both were.</exception>
    public PinSource? Read(ParseResult parsed) => (parsed.GetValue(_file), parsed.GetValue(_environment)) switch
    {
        (null, null) => null,
        ({ } file, null) => new PinFile(file.FullName),
        (null, { } variable) => new PinEnvironmentVariable(variable),
        _ => throw new CommandFailedException($"give one of {_file.Name} and {_environment.Name}, not both",
            ExitCode.Usage),
    };
}
