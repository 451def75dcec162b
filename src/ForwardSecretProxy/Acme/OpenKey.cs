using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Acme;

/// <summary>A key in use, with what has to be closed after it.</summary>
/// <param name="Signer">Signs with it.</param>
/// <param name="Owner">Closed afterwards.</param>
internal sealed record OpenKey(ISigner Signer, IDisposable Owner) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Owner.Dispose();
}

/// <summary>Opens a key on a token, through the key gate.</summary>
/// <param name="uri">Its RFC 7512 URI.</param>
/// <param name="place">The key of the configuration that names it, for messages.</param>
/// <param name="preferred">The public key (DER) of the one that is meant when the URI names several; null for none.</param>
/// <param name="cancellationToken">Ends the wait for the token.</param>
/// <exception cref="AcmeException">No token is meant by it.</exception>
/// <exception cref="TokenException">It cannot be used.</exception>
internal delegate Task<OpenKey> KeyOpener(
    string uri, string place, ReadOnlyMemory<byte>? preferred, CancellationToken cancellationToken);
