using System.CommandLine;
using System.Globalization;

namespace ForwardSecretProxy.Cli.Manual;

/// <summary>
/// <c>fsp manual</c>, hidden: writes the manual pages from the commands themselves and the README's tables, which tests
/// hold against the code, so that no third text can fall behind. It is for whoever makes a package.
/// </summary>
internal static class ManualCommand
{
    private static readonly Argument<DirectoryInfo> Folder = new("DIR") { Description = "Where the pages go." };

    private static readonly Option<FileInfo> Readme = new("--readme")
    {
        Description = "The README.md of this version.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<DateOnly> Date = new("--date")
    {
        Description = "The date on the pages.",
        HelpName = "YYYY-MM-DD",
        Required = true,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("manual", "Write the manual pages.") { Folder, Readme, Date };
        command.Hidden = true;
        command.SetAction(Write);
        return command;
    }

    private static int Write(ParseResult parsed)
    {
        var readme = File.ReadAllText(parsed.GetRequiredValue(Readme).FullName);
        var date = parsed.GetValue(Date).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var folder = parsed.GetRequiredValue(Folder);
        folder.Create();
        var exitCodes = MarkdownSection.Read(readme, "## Commands").Table("exit code");
        foreach (var command in WithSubcommands(parsed.RootCommandResult.Command))
        {
            var page = CommandPage.Write(command, exitCodes, date);
            File.WriteAllText(Path.Combine(folder.FullName, CommandPage.Name(command) + ".1"), page);
        }

        var configuration = MarkdownSection.Read(readme, "## Configuration");
        File.WriteAllText(Path.Combine(folder.FullName, "fsp.jsonc.5"), ConfigurationPage.Write(configuration, date));
        return ExitCode.AllWell;
    }

    private static IEnumerable<Command> WithSubcommands(Command command) =>
        command.Hidden ? [] : command.Subcommands.SelectMany(WithSubcommands).Prepend(command);
}
