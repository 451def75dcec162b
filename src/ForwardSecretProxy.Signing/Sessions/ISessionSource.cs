namespace ForwardSecretProxy.Signing.Sessions;

/// <summary>Where a pool's sessions come from. Its calls may block for as long as a token does.</summary>
internal interface ISessionSource
{
    /// <summary>Opens a session in which the user is logged in.</summary>
    /// <exception cref="TokenException">The token is gone, has no session left, or refused the login.</exception>
    ulong Open();

    /// <summary>Closes a session; one that is gone already is no error.</summary>
    void Close(ulong session);
}
