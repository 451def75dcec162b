namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// Where a server's answers to tls-alpn-01 challenges (RFC 8737) are: a certificate for each name that an authority is just
/// looking at. Two that find the same are equal.
/// </summary>
public interface IChallengeCertificates
{
    /// <summary>The answer for a name; null when there is none. May block on a disk.</summary>
    /// <param name="serverName">What the client asked for (SNI), in lower case; it can be any text.</param>
    ChallengeCertificate? Find(string serverName);
}

/// <summary>The answer to one challenge, with the throw-away key that signs for it.</summary>
/// <param name="Certificate">Self-signed, for one name, and of no value to anybody but the authority that asked for it.</param>
/// <param name="Key">Disposed when the handshake has ended.</param>
public sealed record ChallengeCertificate(TlsCertificate Certificate, IDisposable Key) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
