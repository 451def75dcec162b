using System.CommandLine;
using ForwardSecretProxy.Audit.Profiles;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp audit policies</c>: what <c>--policy</c> takes.</summary>
internal static class AuditPoliciesCommand
{
    private static readonly Argument<string?> Name = new("NAME")
    {
        Description = "Print this one's JSON, to start one of your own from.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("policies", "List the policies that --policy takes, or print one.") { Name, Json };
        command.AddExamples(
            "fsp audit policies",
            "fsp audit policies mozilla-intermediate > ours.json",
            "fsp audit endpoint www.example.org --policy ./ours.json");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(Name) is { } name)
            parsed.InvocationConfiguration.Output.Write(ReadText(name));
        else if (parsed.GetValue(Json))
            JsonOutput.Write(parsed.InvocationConfiguration.Output,
                BuiltInProfiles.All.Select(each => new { each.Name, each.Version, each.Title, each.Source }));
        else
            WriteList(Terminal.Output(parsed));
        return ExitCode.AllWell;
    }

    private static string ReadText(string name)
    {
        try
        {
            return BuiltInProfiles.ReadText(BuiltInProfiles.Find(name));
        }
        catch (ProfileException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCode.Usage);
        }
    }

    private static void WriteList(IAnsiConsole console)
    {
        var table = new Table().NoBorder().AddColumns("name", "what it follows", "source");
        foreach (var profile in BuiltInProfiles.All)
            table.AddRow(Markup.Escape(profile.ToString()), Markup.Escape(profile.Title), Markup.Escape(profile.Source));
        console.Write(table);
    }
}
