using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Hosting;

/// <summary>Opens the keys that certificates name. Disposing it ends the use of every key it opened.</summary>
internal interface ISignerSource : IDisposable
{
    /// <summary>
    /// Opens the key of <paramref name="certificate"/> and puts it through the key gate. What is wrong goes to
    /// <paramref name="context"/>, and then there is no key.
    /// </summary>
    /// <param name="certificate">Names the key, and with its <see cref="CertificateOptions.KeyPath"/> the place to report.</param>
    /// <param name="subjectPublicKeyInfo">The certificate's public key in DER; null when it could not be read.</param>
    /// <param name="context">Takes the problems.</param>
    /// <param name="cancellationToken">Ends the wait for the token.</param>
    Task<OpenedKey?> OpenAsync(
        CertificateOptions certificate,
        ReadOnlyMemory<byte>? subjectPublicKeyInfo,
        ConfigurationContext context,
        CancellationToken cancellationToken);
}

/// <summary>A key that passed the gate.</summary>
/// <param name="Signer">What signs with it.</param>
/// <param name="TokenLabel">The label of the token it lives on.</param>
/// <param name="Lacking">The schemes that keys of its kind make and this token cannot.</param>
/// <param name="TokenModel">The token's model, in its maker's words.</param>
/// <param name="Gate">What the key gate found.</param>
internal sealed record OpenedKey(
    ISigner Signer,
    string TokenLabel,
    IReadOnlyList<SignatureScheme> Lacking,
    string TokenModel,
    KeyGateReport Gate)
{
    /// <summary>The token.</summary>
    public IToken? Token { get; init; }
}
