using System.Diagnostics;
using System.Globalization;
using System.Text;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// A key behind a signer process. A signer that was started anew has forgotten the key and is asked for it again, by the
/// public key, before it signs.
/// </summary>
internal sealed class RemoteSigner : ITokenSigner
{
    // One that is lost, one that does not know the key, one that signs.
    private const int MaxTries = 3;

    private readonly RemoteToken _token;
    private readonly Pkcs11Uri _uri;
    private readonly SubjectPublicKey _publicKey;
    private readonly Lock _opening = new();
    private volatile Handle _handle;
    private TokenException? _refusal;
    private long _refusedAt;

    internal RemoteSigner(RemoteToken token, Pkcs11Uri uri, OfferedKey key)
    {
        _token = token;
        _uri = uri;
        _publicKey = SubjectPublicKey.Parse(key.PublicKey);
        _handle = Handle.Of(key);
        Report = key.Report;
    }

    /// <inheritdoc/>
    public KeyGateReport Report { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _publicKey.Encoded;

    /// <inheritdoc/>
    public IReadOnlyList<SignatureScheme> Schemes => Report.Schemes;

    /// <inheritdoc/>
    public int MaxSignatureLength => _publicKey.MaxSignatureLength;

    /// <inheritdoc/>
    public ISigningPool Pool => _token.Pool;

    /// <inheritdoc/>
    // The signer signs nothing but handshakes for us: it makes and verifies the test's signature itself.
    public void Test(ISigningLease lease) => Request(lease, Schemes[0], [], []);

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (message.Length is 0 or > SignerProtocol.MaxBlock)
            throw new SigningException($"A block of {message.Length} bytes is none that a TLS server signs.");
        return Request(lease, scheme, message, destination);
    }

    private int Request(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var session = _token.Sessions.OwnOf(lease);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = Ask(session, scheme, message);
            if (answer.Status != SignStatus.Signed) throw Failure(session, answer);
            if (answer.Length > Math.Min(MaxSignatureLength, destination.Length))
                throw new SigningException($"The signer answered with {answer.Length} bytes, which is no signature of a {_publicKey} key.");
            answer.Content.AsSpan(0, answer.Length).CopyTo(destination);
            return answer.Length;
        }
        catch (TokenException exception)
        {
            // A key that is gone or can do too much says nothing of the others.
            if (exception is SignerLostException || KeyLocator.Condemns(exception)) Fail(session, exception);
            throw new SigningException(exception.Message, exception);
        }
        finally
        {
            _token.Sessions.Signed(started);
        }
    }

    /// <summary>
    /// Asks, and once again when the signer ended meanwhile or does not know the key any more: it crashed, perhaps over
    /// another key's signature, and is there again in a moment.
    /// </summary>
    private PendingAnswer Ask(PooledSession session, SignatureScheme scheme, ReadOnlySpan<byte> message)
    {
        for (var tries = 1; ; tries++)
        {
            var handle = _handle;
            var connection = _token.Link.Connect();
            PendingAnswer answer;
            try
            {
                answer = connection.Ask((int)session.Handle, scheme, handle.Value, message, _token.SignTimeout);
            }
            catch (SignerLostException exception) when (!exception.IsTimeout)
            {
                _token.Link.Drop(connection);
                // A signature that ends its signer each time must not do so for ever.
                if (tries == MaxTries) throw;
                continue;
            }

            if (answer.Status != SignStatus.UnknownKey || tries == MaxTries) return answer;
            OpenAgain(handle);
        }
    }

    private void OpenAgain(Handle known)
    {
        lock (_opening)
        {
            if (_handle != known) return;
            if (_refusal is { } before && Stopwatch.GetElapsedTime(_refusedAt) < KeyLocator.RefusalHolds) throw before;
            try
            {
                _handle = Handle.Of(_token.OpenKey(_uri, _publicKey.Encoded.ToArray()));
            }
            catch (TokenException exception) when (exception is not SignerLostException)
            {
                (_refusal, _refusedAt) = (exception, Stopwatch.GetTimestamp());
                throw;
            }
        }
    }

    private SigningException Failure(PooledSession session, PendingAnswer answer)
    {
        var reason = Encoding.UTF8.GetString(answer.Content, 0, answer.Length);
        if (answer.Status == SignStatus.Unavailable) Fail(session, new TokenException(reason));
        return new SigningException(reason);
    }

    /// <summary>Others need not find it out one by one.</summary>
    private void Fail(PooledSession session, TokenException reason)
    {
        session.Broken = true;
        _token.Fail(session.Generation, reason);
    }

    /// <summary>A box, so that it is read and replaced as a whole.</summary>
    private sealed record Handle(UInt128 Value)
    {
        public static Handle Of(OfferedKey key) =>
            new(UInt128.Parse(key.Handle, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }
}
