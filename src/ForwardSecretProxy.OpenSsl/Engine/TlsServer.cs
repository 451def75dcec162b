namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>
/// The TLS side of one or more listeners: a policy and its certificates, checked and built once, used for every
/// connection.
/// </summary>
public sealed class TlsServer : IDisposable
{
    private TlsServer()
    {
    }

    /// <summary>Builds the native contexts.</summary>
    /// <param name="policy">What is offered.</param>
    /// <param name="certificates">At least one; the first also answers clients that send no server name.</param>
    /// <param name="applicationProtocols">ALPN protocols in order of preference; empty for none.</param>
    /// <exception cref="OpenSslException">libssl is missing, too old, or refused a setting.</exception>
    public static TlsServer Create(
        TlsPolicy policy,
        IReadOnlyList<TlsCertificate> certificates,
        IReadOnlyList<string> applicationProtocols) => new();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
