using ForwardSecretProxy.OpenSsl.Interop;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <content>
/// A certificate authority that looks for the answer to its tls-alpn-01 challenge (RFC 8737 section 3). It is shown that
/// answer or refused; never anything that other clients are served.
/// </content>
public sealed partial class TlsConnection
{
    /// <summary>The handshake waits for the answer to be found.</summary>
    internal const int Suspended = -1;

    private ServedChallenge? _challenge;

    /// <summary>Whether the client is an authority: then nothing but the validation protocol is agreed to, nor resumed.</summary>
    internal bool IsValidation { get; private set; }

    private int SelectChallenge(nint ssl, ReadOnlySpan<char> name)
    {
        if (!IsValidation && !name.IsEmpty)
        {
            IsValidation = true;
            ServerName = new string(name);
            return Suspended;
        }

        _certificates = _challenge?.Certificates;
        if (_certificates is null)
        {
            _refusal = TlsHandshakeOutcome.UnrecognizedName;
            return LibSsl.SSL_AD_UNRECOGNIZED_NAME;
        }

        LibSsl.SSL_set_verify(ssl, LibSsl.SSL_VERIFY_NONE, 0);
        return LibSsl.SSL_set_SSL_CTX(ssl, _certificates.Context) != 0 ? 0 : LibSsl.SSL_AD_INTERNAL_ERROR;
    }

    /// <summary>Away from the poller's thread, which must not block on a disk.</summary>
    private async ValueTask FindChallengeAsync() =>
        _challenge = await Task.Run(() => ServedChallenge.Find(Server, ServerName!)).ConfigureAwait(false);
}
