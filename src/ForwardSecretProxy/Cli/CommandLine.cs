using System.CommandLine;
using System.CommandLine.Parsing;
using ForwardSecretProxy.Cli.Manual;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Cli;

/// <summary>The <c>fsp</c> command: its subcommands, and how their ends become exit codes.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs one command line.</summary>
    /// <param name="args">As the process received them.</param>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes diagnostics.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var parsed = CreateRoot().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed is { Errors.Count: > 0, Action: null or System.CommandLine.Invocation.ParseErrorAction })
            return ReportUsage(parsed, error);

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // A command that has to put something away handles the signals itself; the others just end.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception exception) when (Explain(exception) is { } explained)
        {
            error.WriteLine($"fsp: {explained.Message}");
            return explained.ExitCode;
        }
    }

    /// <summary>The root command with everything that hangs on it.</summary>
    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand(
            "Forward Secret Proxy: terminates TLS in front of a web service with a private key that cannot leave its "
            + "PKCS#11 token, and accepts only key exchanges that nobody can open later.");
        root.Add(ServeCommand.Create());
        root.Add(SignerCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(StatusCommand.Create());
        root.Add(ReloadCommand.Create());
        root.Add(DemoCommand.Create());
        root.Add(TokenCommand.Create());
        root.Add(KeyCommand.Create());
        root.Add(CsrCommand.Create());
        root.Add(CertCommand.Create());
        root.Add(AcmeCommand.Create());
        root.Add(TlsaCommand.Create());
        root.Add(AuditCommand.Create());
        root.Add(BenchCommand.Create());
        root.Add(ManualCommand.Create());
        root.Add(HardeningProbeCommand.Create());
        root.AddExamples(
            "fsp demo",
            "fsp check --config /etc/fsp/fsp.jsonc",
            "fsp serve --config /etc/fsp/fsp.jsonc");
        return root;
    }

    private static int ReportUsage(ParseResult parsed, TextWriter error)
    {
        foreach (var problem in parsed.Errors)
            error.WriteLine($"fsp: {problem.Message}");
        error.WriteLine($"Try: {FullName(parsed.CommandResult)} --help");
        return ExitCode.Usage;
    }

    private static string FullName(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{FullName(parent)} {result.Command.Name}" : "fsp";

    /// <summary>Failures that are an operator's to mend; anything else is our own defect and keeps its trace.</summary>
    private static CommandFailedException? Explain(Exception exception) => exception switch
    {
        CommandFailedException failed => failed,
        KeyRefusedException => new CommandFailedException(exception.Message, ExitCode.Findings),
        RotationException => new CommandFailedException(exception.Message, ExitCode.Usage),
        SigningException or TokenException or OpenSslException or HardeningException => new CommandFailedException(exception.Message),
        IOException or UnauthorizedAccessException => new CommandFailedException(exception.Message),
        OperationCanceledException => new CommandFailedException("interrupted"),
        _ => null,
    };
}
