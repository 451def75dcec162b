namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Whoever bounds how many handshakes run at once. One that waits for the token costs nothing, and those that need no
/// signature must not wait behind it.
/// </summary>
public interface IHandshakeTurns
{
    /// <summary>A handshake waits for the token from here on.</summary>
    void StepAside();

    /// <summary>It goes on, at once: it may hold one of the token's sessions.</summary>
    void ComeBack();
}
