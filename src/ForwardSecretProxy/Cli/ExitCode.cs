namespace ForwardSecretProxy.Cli;

/// <summary>What a command tells its caller; the same for every command.</summary>
internal static class ExitCode
{
    /// <summary>All well.</summary>
    public const int AllWell = 0;

    /// <summary>The command ran and found something that must be mended.</summary>
    public const int Findings = 1;

    /// <summary>The command line or the configuration is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The command could not run: a token, a library or the network was not there.</summary>
    public const int CouldNotRun = 3;
}
