using System.CommandLine;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// Styled output. Colour appears only on a terminal (and not when <c>NO_COLOR</c> is set); in a pipe or a file the
/// same text comes plain and is never wrapped.
/// </summary>
internal static class Terminal
{
    /// <summary>Where results go.</summary>
    public static IAnsiConsole Output(ParseResult parsed) =>
        Create(parsed.InvocationConfiguration.Output, Console.Out, Console.IsOutputRedirected);

    /// <summary>Where diagnostics go.</summary>
    public static IAnsiConsole Error(ParseResult parsed) =>
        Create(parsed.InvocationConfiguration.Error, Console.Error, Console.IsErrorRedirected);

    /// <summary>Plain text into a file.</summary>
    public static IAnsiConsole Plain(TextWriter writer) => Create(writer, Console.Out, redirected: true);

    private static IAnsiConsole Create(TextWriter writer, TextWriter standard, bool redirected)
    {
        var isTerminal = ReferenceEquals(writer, standard) && !redirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = 10_000;
        return console;
    }
}
