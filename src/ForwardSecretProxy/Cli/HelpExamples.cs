using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ForwardSecretProxy.Cli;

/// <summary>Puts examples under a command's <c>--help</c>.</summary>
internal static class HelpExamples
{
    /// <summary>Shows <paramref name="examples"/>, one whole command line each, at the end of the help text.</summary>
    public static void AddExamples(this Command command, params IReadOnlyList<string> examples)
    {
        var help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null)
            command.Options.Add(help = new HelpOption());
        help.Action = new HelpWithExamplesAction((SynchronousCommandLineAction)help.Action!, command, examples);
    }

    /// <summary>What <see cref="AddExamples"/> was given; empty when it was not called.</summary>
    public static IReadOnlyList<string> Examples(this Command command) =>
        command.Options.OfType<HelpOption>().FirstOrDefault()?.Action is HelpWithExamplesAction action
            ? action.Examples
            : [];

    private sealed class HelpWithExamplesAction(
        SynchronousCommandLineAction help, Command command, IReadOnlyList<string> examples)
        : SynchronousCommandLineAction
    {
        public IReadOnlyList<string> Examples => examples;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            // The root's help option is recursive: its examples are not those of a subcommand that has none.
            if (parseResult.CommandResult.Command != command)
                return result;

            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
            return result;
        }
    }
}
