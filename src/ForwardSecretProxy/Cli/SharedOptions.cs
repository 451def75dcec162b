using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary>Options that mean the same on every command that has them.</summary>
internal static class SharedOptions
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print the result as one JSON document on stdout.",
    };

    /// <summary><c>--config FILE</c>, required.</summary>
    public static Option<FileInfo> Config() => new("--config", "-c")
    {
        Description = "The configuration file (JSON; comments and trailing commas are allowed).",
        HelpName = "FILE",
        Required = true,
    };
}
