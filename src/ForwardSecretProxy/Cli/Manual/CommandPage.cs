using System.CommandLine;

namespace ForwardSecretProxy.Cli.Manual;

/// <summary>The manual page of one command.</summary>
internal static class CommandPage
{
    /// <summary>The page's name, such as <c>fsp-token-init</c>.</summary>
    public static string Name(Command command) => string.Join('-', Words(command));

    /// <summary>Writes the page.</summary>
    /// <param name="command">The command.</param>
    /// <param name="exitCodes">Code and meaning, the same for all.</param>
    /// <param name="date">The date on the page.</param>
    public static string Write(Command command, IReadOnlyList<IReadOnlyList<string>> exitCodes, string date)
    {
        var page = new Roff(Name(command), 1, date);
        page.Heading("NAME").Line($"{Roff.Escape(Name(command))} \\- {Roff.Escape(Summary(command))}");
        page.Heading("SYNOPSIS").Line(Synopsis(command));
        page.Heading("DESCRIPTION").Text(command.Description!);
        WriteCommands(page, command);
        WriteArguments(page, command);
        WriteOptions(page, command);
        page.Heading("EXIT STATUS");
        foreach (var row in exitCodes)
            page.Term(Roff.Bold(row[0]), row[1]);
        if (command.Examples() is { Count: > 0 } examples)
            page.Heading("EXAMPLES").Example(examples);
        page.Heading("SEE ALSO").Line(SeeAlso(command));
        return page.ToString();
    }

    private static IEnumerable<string> Words(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent
            ? Words(parent).Append(command.Name)
            : ["fsp"];

    /// <summary>The description's first sentence, or its first clause where a colon ends it.</summary>
    private static string Summary(Command command)
    {
        var text = command.Description!;
        var end = new[] { text.IndexOf(". ", StringComparison.Ordinal), text.IndexOf(": ", StringComparison.Ordinal) }
            .Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        var isRoot = !command.Parents.Any();
        return isRoot ? text[(text.IndexOf(": ", StringComparison.Ordinal) + 2)..].TrimEnd('.') : text[..end].TrimEnd('.');
    }

    private static string Synopsis(Command command)
    {
        var parts = new List<string> { Roff.Bold(string.Join(' ', Words(command))) };
        if (Visible(command.Subcommands).Any())
            parts.Add(Roff.Italic("COMMAND"));
        parts.AddRange(command.Arguments.Where(argument => !argument.Hidden).Select(argument => Roff.Italic(argument.HelpName ?? argument.Name)));
        parts.AddRange(Visible(command.Options).Where(option => option.Required).Select(Usage));
        parts.Add("[" + Roff.Italic("options") + "]");
        return string.Join(' ', parts);
    }

    private static void WriteCommands(Roff page, Command command)
    {
        var commands = Visible(command.Subcommands).ToList();
        if (commands.Count == 0)
            return;
        page.Heading("COMMANDS");
        foreach (var subcommand in commands)
            page.Term(Reference(Name(subcommand), 1), subcommand.Description!);
    }

    private static void WriteArguments(Roff page, Command command)
    {
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToList();
        if (arguments.Count == 0)
            return;
        page.Heading("ARGUMENTS");
        foreach (var argument in arguments)
            page.Term(Roff.Italic(argument.HelpName ?? argument.Name), argument.Description ?? "");
    }

    private static void WriteOptions(Roff page, Command command)
    {
        page.Heading("OPTIONS");
        foreach (var option in Visible(command.Options))
            page.Term(Usage(option), option.Description ?? "", DefaultOf(option));
    }

    /// <summary>As <c>-c, --config FILE</c>; the aliases that only DOS knows are left out.</summary>
    private static string Usage(Option option)
    {
        var names = option.Aliases.Append(option.Name).Distinct()
            .Where(name => name is ['-', not '?', ..]).Select(Roff.Bold);
        var value = option.HelpName is { } name ? " " + Roff.Italic(name) : "";
        return string.Join(", ", names) + value;
    }

    private static string DefaultOf(Option option) =>
        option.HasDefaultValue && option.ValueType != typeof(bool) && option.GetDefaultValue() is { } value
            ? $"Default: {value}."
            : "";

    private static string SeeAlso(Command command)
    {
        var pages = new List<string>();
        if (command.Parents.OfType<Command>().FirstOrDefault() is { } parent)
            pages.Add(Reference(Name(parent), 1));
        pages.Add(Reference("fsp.jsonc", 5));
        return string.Join(", ", pages);
    }

    private static string Reference(string page, int section) => $"{Roff.Bold(page)}({section})";

    private static IEnumerable<T> Visible<T>(IEnumerable<T> symbols)
        where T : Symbol => symbols.Where(symbol => !symbol.Hidden);
}
