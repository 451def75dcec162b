using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>The answer to a challenge, ready for one handshake: the server's own policy with another certificate.</summary>
internal sealed class ServedChallenge : IDisposable
{
    private readonly ChallengeCertificate _answer;
    private readonly ProviderKey _key;

    private ServedChallenge(TlsServer server, ChallengeCertificate answer)
    {
        _answer = answer;
        _key = new ProviderKey(answer.Certificate.Signer);
        try
        {
            // An authority has no certificate to show.
            var context = SslContextFactory.Create(server, [answer.Certificate], [_key], answer.Certificate.Signer.Schemes, asksClients: false);
            Certificates = new ServerCertificates(context, [answer.Certificate.Signer.Pool], [_key.Speed]);
        }
        catch
        {
            _key.Dispose();
            throw;
        }
    }

    /// <summary>What the handshake goes on with.</summary>
    internal ServerCertificates Certificates { get; }

    /// <summary>Looks for the answer; null when there is none, or it cannot be shown.</summary>
    internal static ServedChallenge? Find(TlsServer server, string serverName)
    {
        var answer = server.Challenges?.Find(serverName);
        if (answer is null) return null;
        try
        {
            return new ServedChallenge(server, answer);
        }
        catch (OpenSslException)
        {
            answer.Dispose();
            return null;
        }
    }

    /// <summary>The connection itself keeps what it still needs of the context.</summary>
    public void Dispose()
    {
        Certificates.Context.Dispose();
        _key.Dispose();
        _answer.Dispose();
    }
}
