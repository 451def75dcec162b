using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>A key that passed the gate, together with what has to be closed after it.</summary>
/// <param name="token">What the key is on.</param>
/// <param name="signer">Signs with the key until disposal.</param>
internal sealed class KeyInUse(IDisposable token, ISigner signer) : IDisposable
{
    /// <summary>Signs with the key.</summary>
    public ISigner Signer => signer;

    /// <summary>Logs in, finds the key and passes it through the gate.</summary>
    /// <exception cref="CommandFailedException">The token cannot be used, or the key did not pass the gate.</exception>
    public static async Task<KeyInUse> OpenAsync(Pkcs11Uri uri, TokenOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenUncheckedAsync(uri, options, cancellationToken);
        }
        catch (KeyRefusedException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCode.Findings);
        }
        catch (TokenException exception)
        {
            throw new CommandFailedException(exception.Message);
        }
    }

    private static async Task<KeyInUse> OpenUncheckedAsync(
        Pkcs11Uri uri, TokenOptions options, CancellationToken cancellationToken)
    {
        var token = Token.Open(options);
        try
        {
            if (!token.IsNamedBy(uri))
                throw new TokenException($"The key {uri} is not on this token ({token.Info.Describe()}).");
            return new KeyInUse(token, await token.OpenSignerAsync(uri, null, cancellationToken));
        }
        catch
        {
            token.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => token.Dispose();
}
