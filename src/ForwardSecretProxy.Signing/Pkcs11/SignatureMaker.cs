using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// Makes one signature on a token: C_SignInit, the login that some keys want for each one, C_Sign (PKCS#11 v2.40 section
/// 5.11).
/// </summary>
internal sealed class SignatureMaker(Pkcs11Module module, TokenLogin login, TokenSessions sessions)
{
    /// <summary>Signs the first bytes of the session's input into its output; the answer as it comes.</summary>
    /// <param name="session">A session in which nothing else goes on.</param>
    /// <param name="key">The private key.</param>
    /// <param name="mechanism">How.</param>
    /// <param name="inputLength">The number of bytes to sign.</param>
    /// <param name="length">The number of bytes in the signature.</param>
    /// <exception cref="TokenException">The key wants a login for each signature, and it was refused.</exception>
    public CKR Make(PooledSession session, KeyHandle key, SchemeMechanism mechanism, int inputLength, out int length)
    {
        length = 0;
        var code = module.SignInit(session.Handle, key.Handle, mechanism.Native);
        if (code == CKR.CKR_OK && key.WantsLogin)
            code = login.Confirm(session.Handle, sessions.Token);
        return code == CKR.CKR_OK
            ? module.Sign(session.Handle, session.Input, inputLength, session.Output, out length)
            : code;
    }
}
