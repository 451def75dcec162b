using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.OpenSsl;

namespace ForwardSecretProxy.Auditing;

/// <summary>Cipher strings as the OpenSSL of this machine reads them.</summary>
internal sealed class OpenSslExpander : ICipherStringExpander
{
    /// <inheritdoc/>
    public string Library => OpenSslLibrary.NotSupportedReason is null ? OpenSslLibrary.Version : "OpenSSL";

    /// <inheritdoc/>
    public CipherStringExpansion Expand(string cipherString)
    {
        try
        {
            var suites = CipherString.Expand(cipherString);
            return new CipherStringExpansion(suites.Selected, suites.Supported, suites.SecurityLevel);
        }
        catch (OpenSslException exception)
        {
            throw new FormatException(exception.Message.TrimEnd('.'), exception);
        }
    }
}
