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

    /// <summary>
    /// What a session for signing has to stand before it is handed out, with the exception that says why it did not; null for
    /// nothing, which is usual.
    /// </summary>
    public Action<ulong>? Trial { get; set; }

    /// <inheritdoc/>
    public ulong Open() => Open(writable: false, Trial);

    /// <summary>Opens a session that can change the token when <paramref name="writable"/>.</summary>
    /// <exception cref="TokenException">The token is gone, has no session left, or refused the login.</exception>
    public ulong Open(bool writable) => Open(writable, null);

    /// <inheritdoc/>
    public void Close(ulong session) => module.CloseSession(session);

    private ulong Open(bool writable, Action<ulong>? trial)
    {
        var there = Find();
        var session = module.OpenSession(there.Slot, writable);
        try
        {
            login.Ensure(session, there);
            trial?.Invoke(session);
            return session;
        }
        catch (Exception)
        {
            module.CloseSession(session);
            throw;
        }
    }

    // Looked at each time: slots get other numbers when readers come and go, and a PIN must not go to another token.
    private TokenInfo Find()
    {
        if (InItsSlot() is not { } there || !IsSame(there))
        {
            there = module.ListTokens().FirstOrDefault(IsSame) ?? throw ReturnCodes.Failure(
                $"The token \"{Token.Label}\" is not there", CKR.CKR_TOKEN_NOT_PRESENT);
        }

        Volatile.Write(ref _token, there);
        return there;
    }

    private TokenInfo? InItsSlot()
    {
        try
        {
            return module.GetTokenInfo(Token.Slot);
        }
        catch (TokenException exception)
        {
            if ((CKR)exception.ReturnCode == CKR.CKR_CRYPTOKI_NOT_INITIALIZED)
                module.Initialize();
            return null;
        }
    }

    private bool IsSame(TokenInfo other) => other.Serial == Token.Serial && other.Label == Token.Label;
}
