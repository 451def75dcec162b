using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>
/// Reads one program's configuration. It takes what it understands and notes what it does not: a file that the program itself
/// would refuse is no reason to stop.
/// </summary>
internal interface IConfigurationReader
{
    /// <summary>The program, as <see cref="ConfigurationObservation.Software"/> has it.</summary>
    string Software { get; }

    /// <summary>The services that speak TLS.</summary>
    /// <param name="files">Where to begin: one file, but for a program that takes several.</param>
    /// <param name="context">Reads files, and takes what could not be read.</param>
    /// <exception cref="ConfigurationUnreadableException">The first file cannot be read.</exception>
    IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context);
}
