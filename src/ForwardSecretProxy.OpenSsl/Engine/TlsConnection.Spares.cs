using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <content>
/// What happens when the keys that were chosen cannot sign after all. Until the certificate callback has answered nothing
/// was sent, and libssl takes the certificates that it finds then.
/// </content>
public sealed partial class TlsConnection
{
    private CertificateSets? _sets;
    private uint _triedSets;
    private bool _hasMoved;

    /// <summary>Whether there are other certificates for the name whose keys can sign: they are those of the handshake now.</summary>
    private bool TryUseSpares()
    {
        if (_sets?.Next(_certificates!, ref _triedSets) is not { } next) return false;
        ReleaseSigner();
        _certificates = next;
        _hasMoved = true;
        return true;
    }

    /// <summary>Tells libssl, when the certificates are others than at the ClientHello.</summary>
    /// <exception cref="OpenSslException">It refused.</exception>
    private void UseMovedCertificates(nint ssl)
    {
        if (!_hasMoved) return;
        OpenSslError.ThrowIfNull(LibSsl.SSL_set_SSL_CTX(ssl, _certificates!.Context), "SSL_set_SSL_CTX");
        _hasMoved = false;
    }
}
