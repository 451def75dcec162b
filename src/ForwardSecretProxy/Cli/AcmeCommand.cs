using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp acme</c>: certificates from an authority that is asked by ACME (RFC 8555).</summary>
internal static class AcmeCommand
{
    internal static Command Create() => new("acme",
        "Get and renew certificates by ACME (RFC 8555), from Let's Encrypt for example, for keys that stay on their token. "
        + "Accounts stand in Acme of the configuration, what to order in Acme of each certificate.")
    {
        AcmeRenewCommand.Create(),
        AcmeRunCommand.Create(),
    };
}
