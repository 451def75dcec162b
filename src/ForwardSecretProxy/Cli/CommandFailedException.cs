namespace ForwardSecretProxy.Cli;

/// <summary>
/// Ends a command with a message on stderr and an exit code, without a stack trace. The message is for an operator:
/// it says what is wrong and how to mend it, and never holds a secret.
/// </summary>
internal sealed class CommandFailedException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What is wrong, and the mend.</param>
    /// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
    public CommandFailedException(string message, int exitCode = Cli.ExitCode.CouldNotRun)
        : base(message) => ExitCode = exitCode;

    /// <summary>What the process exits with.</summary>
    public int ExitCode { get; }
}
