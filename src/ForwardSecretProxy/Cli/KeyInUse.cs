using ForwardSecretProxy.Hardening.Limits;
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
    /// <param name="uri">The key.</param>
    /// <param name="options">Its token.</param>
    /// <param name="preferred">The public key (DER) of the one that is meant when the URI names several; null for none.</param>
    /// <param name="cancellationToken">Ends the wait for the token.</param>
    /// <exception cref="TokenException">The token cannot be used, or the key did not pass the gate.</exception>
    public static async Task<KeyInUse> OpenAsync(
        Pkcs11Uri uri, TokenOptions options, ReadOnlyMemory<byte>? preferred, CancellationToken cancellationToken)
    {
        // The PIN will be in this process's memory: no debugger and no core file is to have it.
        ProcessLimits.Apply();
        var token = Token.Open(options);
        try
        {
            if (!token.Info.IsNamedBy(uri))
                throw new TokenException($"The key {uri} is not on this token ({token.Info.Describe()}).");
            return new KeyInUse(token, await token.OpenPreferredSignerAsync(uri, preferred, cancellationToken));
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
