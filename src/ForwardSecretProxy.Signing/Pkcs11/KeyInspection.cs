using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>A key that was found on its token, and what the gate says of it.</summary>
/// <param name="Key">Its handle.</param>
/// <param name="PublicKey">The expected public key, or the one on the token when none was expected.</param>
/// <param name="Report">What the gate found.</param>
internal sealed record KeyInspection(KeyHandle Key, SubjectPublicKey PublicKey, KeyGateReport Report)
{
    /// <summary>Finds the key and makes every check.</summary>
    /// <param name="token">What the key is on.</param>
    /// <param name="session">A session in which nothing goes on.</param>
    /// <param name="uri">The key.</param>
    /// <param name="expected">The public half that it must have; null for any.</param>
    /// <param name="preferred">Which it is when the URI names several; null for the expected one.</param>
    /// <exception cref="TokenException">It is not there, or the token failed.</exception>
    public static KeyInspection Run(
        SharedToken token, PooledSession session, Pkcs11Uri uri, SubjectPublicKey? expected,
        SubjectPublicKey? preferred = null)
    {
        var generation = session.Generation;
        var handle = new KeyFinder(token.Module, token.Sessions.Token)
            .FindPrivate(session.Handle, uri, expected ?? preferred);
        var key = new KeyHandle(handle, generation, WantsLogin(token.Module, session.Handle, handle));
        var onToken = new PublicKeyReader(token.Module).Read(session.Handle, handle);
        var report = new KeyGate(token).Inspect(session, key, uri.ToString(), onToken, expected);
        return new KeyInspection(key, expected ?? onToken!, report);
    }

    // A token that does not know the attribute wants nothing of the kind.
    private static bool WantsLogin(Pkcs11Module module, ulong session, ulong key) =>
        module.ReadPublicAttribute(session, key, CKA.CKA_ALWAYS_AUTHENTICATE) is [not 0];
}
