using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp cert</c>: certificates for keys on tokens.</summary>
internal static class CertCommand
{
    internal static Command Create() => new("cert", "Make or install the certificate of a key on a token, and see what is due.")
    {
        CertSelfSignCommand.Create(),
        CertImportCommand.Create(),
        CertStatusCommand.Create(),
    };
}
