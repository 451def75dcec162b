using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signing;

/// <summary>A token in use, in this process or behind a signer in another one. Disposing it ends the use.</summary>
public interface IToken : IDisposable
{
    /// <summary>What the token says about itself.</summary>
    TokenInfo Info { get; }

    /// <summary>Where the right to sign is waited for.</summary>
    ISigningPool Pool { get; }

    /// <summary>Finds a key, passes it through the gate and makes it ready to sign.</summary>
    /// <param name="uri">The key.</param>
    /// <param name="subjectPublicKeyInfo">The certificate's public key (DER), which must be the key's; null for none.</param>
    /// <param name="cancellationToken">Ends the waiting, not what the token does.</param>
    /// <exception cref="KeyRefusedException">The key did not pass the gate.</exception>
    /// <exception cref="TokenException">The token failed, refused the login, or not exactly one key matches.</exception>
    /// <exception cref="SigningException">The token was not to be had in time.</exception>
    Task<ITokenSigner> OpenSignerAsync(
        Pkcs11Uri uri, ReadOnlyMemory<byte>? subjectPublicKeyInfo, CancellationToken cancellationToken);

    /// <summary>
    /// What its signer has done with each key, whoever asked it to; empty for a token in this process. Blocks.
    /// </summary>
    /// <exception cref="TokenException">The signer does not answer.</exception>
    IReadOnlyList<KeyUse> ReadKeyUses() => [];
}

/// <summary>A key on a token that has passed the key gate.</summary>
public interface ITokenSigner : ISigner
{
    /// <summary>What the key gate found when the signer was opened.</summary>
    KeyGateReport Report { get; }
}
