namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>How a handshake ended. Failures are values, not exceptions: clients cause them at will.</summary>
/// <param name="Outcome">The kind.</param>
/// <param name="Detail">libssl's or the token's reason for a failure; null when there is none.</param>
public readonly record struct TlsHandshakeResult(TlsHandshakeOutcome Outcome, string? Detail = null);

/// <summary>The kinds of ends of a handshake.</summary>
public enum TlsHandshakeOutcome
{
    /// <summary>None yet.</summary>
    None,

    /// <summary>The connection is ready.</summary>
    Completed,

    /// <summary>
    /// A certificate authority has seen the answer to its tls-alpn-01 challenge. There is nothing more to be said (RFC 8737
    /// section 3).
    /// </summary>
    ChallengeAnswered,

    /// <summary>The client went away in the middle.</summary>
    ClientClosed,

    /// <summary>The client broke the protocol, or offered nothing that the policy allows.</summary>
    Refused,

    /// <summary>The client asked for a name that nobody serves.</summary>
    UnrecognizedName,

    /// <summary>
    /// The client's certificate was not accepted, or it has none and needs one; the detail says why, and not who.
    /// </summary>
    ClientCertificateRefused,

    /// <summary>The ClientHello is longer than allowed.</summary>
    ClientHelloTooLarge,

    /// <summary>The time limit passed.</summary>
    TimedOut,

    /// <summary>The token cannot be used, or failed to sign.</summary>
    SigningFailed,

    /// <summary>The token has too much to do to sign in time.</summary>
    TokenBusy,

    /// <summary>The listener stopped.</summary>
    Aborted,
}
