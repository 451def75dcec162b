using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Checks;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--ca</c>: authorities that the servers' clients trust, and this machine does not.</summary>
internal sealed class AuditAuthorityOption
{
    private readonly Option<FileInfo?> _ca = new("--ca")
    {
        Description = "PEM file of authorities to trust beside the system's own: for servers whose clients know a private one.",
        HelpName = "FILE",
    };

    /// <summary>Puts the option on <paramref name="command"/>.</summary>
    public void AddTo(Command command) => command.Options.Add(_ca);

    /// <summary>The checks, with these authorities.</summary>
    /// <exception cref="CommandFailedException">The file has none, or is not readable.</exception>
    public IReadOnlyList<IEndpointCheck> ReadChecks(ParseResult parsed) => parsed.GetValue(_ca) is { } file
        ? EndpointChecks.Create(new CheckLimits { Roots = Read(file) }) : EndpointChecks.All;

    private static X509Certificate2Collection Read(FileInfo file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandFailedException($"--ca: {file}: {exception.Message}", ExitCode.Usage);
        }

        return roots.Count > 0 ? roots : throw new CommandFailedException(
            $"--ca: {file} holds no certificate; it is PEM, -----BEGIN CERTIFICATE-----", ExitCode.Usage);
    }
}
