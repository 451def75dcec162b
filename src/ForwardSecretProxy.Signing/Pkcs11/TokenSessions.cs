using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// Opens sessions with one token, logged in. The token is known by its serial and label, so that one that comes back
/// in another slot is found again.
/// </summary>
internal sealed class TokenSessions(Pkcs11Module module, TokenInfo token, TokenLogin login) : ISessionSource
{
    private TokenInfo _token = token;

    /// <summary>The token as it was last seen.</summary>
    public TokenInfo Token => Volatile.Read(ref _token);

    /// <inheritdoc/>
    public ulong Open() => Open(writable: false);

    /// <summary>Opens a session that can change the token when <paramref name="writable"/>.</summary>
    /// <exception cref="TokenException">The token is gone, has no session left, or refused the login.</exception>
    public ulong Open(bool writable)
    {
        var session = OpenInItsSlot(writable);
        try
        {
            login.Ensure(session, Token);
            return session;
        }
        catch (TokenException)
        {
            module.CloseSession(session);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Close(ulong session) => module.CloseSession(session);

    private ulong OpenInItsSlot(bool writable)
    {
        try
        {
            return module.OpenSession(Token.Slot, writable);
        }
        catch (TokenException exception) when ((CKR)exception.ReturnCode is CKR.CKR_SLOT_ID_INVALID
            or CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED or CKR.CKR_DEVICE_REMOVED)
        {
            var again = module.ListTokens().FirstOrDefault(IsSame);
            if (again is null)
                throw;
            Volatile.Write(ref _token, again);
            return module.OpenSession(again.Slot, writable);
        }
    }

    private bool IsSame(TokenInfo other) => other.Serial == Token.Serial && other.Label == Token.Label;
}
