namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN that systemd hands the service in <c>$CREDENTIALS_DIRECTORY</c> (LoadCredential= or
/// LoadCredentialEncrypted=). The directory is the service's own, so the file's mode, in which systemd may show an
/// access list as group rights, is not checked.
/// </summary>
public sealed class PinCredential(string name) : PinSource
{
    private const string Variable = "CREDENTIALS_DIRECTORY";

    /// <inheritdoc/>
    public override string Description => $"the systemd credential {name}";

    /// <inheritdoc/>
    public override Pin Read()
    {
        if (name.Length == 0 || name is "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new TokenException($"The credential name \"{name}\" is not the name of a file.");

        var directory = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(directory))
        {
            throw new TokenException($"{Variable} is not set, so there is no credential \"{name}\". Start the service "
                + $"with systemd and add LoadCredential={name}:/path/to/pin to its unit.");
        }

        return PinFile.Read(Path.Combine(directory, name), ownerOnly: false);
    }
}
