using System.Diagnostics;
using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A private key on a token that has passed the key gate. Its handle is looked up once; after the token went away and
/// came back the key is found again and passes the whole gate again before it signs.
/// </summary>
public sealed class Pkcs11Signer : ITokenSigner
{
    /// <summary>
    /// One in so many ECDSA signatures of a session is verified: a verification costs about as much as a tenth of a handshake,
    /// so this is a five-hundredth. A prime, so that keys that take turns are all looked at.
    /// </summary>
    internal const int VerifiedOneIn = 61;

    private readonly SharedToken _token;
    private readonly SessionPool _pool;
    private readonly Pkcs11Uri _uri;
    private readonly SubjectPublicKey _publicKey;
    private readonly SchemeMechanism[] _mechanisms;
    private readonly KeyLocator _key;
    private int _provenGeneration = -1;

    internal Pkcs11Signer(
        SharedToken token, Pkcs11Uri uri, SubjectPublicKey publicKey, KeyHandle key, KeyGateReport report)
    {
        _token = token;
        _pool = token.Pool;
        _uri = uri;
        _publicKey = publicKey;
        _key = new KeyLocator(token, uri, publicKey, key);
        _mechanisms = [.. report.Schemes.Select(SchemeMechanism.Of)];
        Report = report;
    }

    /// <summary>What the key gate found when the signer was opened.</summary>
    public KeyGateReport Report { get; }

    /// <summary>The public half.</summary>
    public SubjectPublicKey PublicKey => _publicKey;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _publicKey.Encoded;

    /// <inheritdoc/>
    public IReadOnlyList<SignatureScheme> Schemes => Report.Schemes;

    /// <inheritdoc/>
    public int MaxSignatureLength => _publicKey.MaxSignatureLength;

    /// <inheritdoc/>
    public ISigningPool Pool => _pool;

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var session = _pool.OwnOf(lease);
        if (destination.Length < MaxSignatureLength)
            throw new ArgumentException("Shorter than the longest signature.", nameof(destination));

        var mechanism = MechanismOf(scheme);
        var inputLength = mechanism.WriteInput(message, session.Input);
        var started = Stopwatch.GetTimestamp();
        int length;
        try
        {
            length = SignOnToken(session, mechanism, inputLength);
        }
        catch (TokenException exception)
        {
            session.Broken = true;
            if (KeyLocator.Condemns(exception))
                _token.Condemn(_key, session.Generation, Short(exception));
            throw new SigningException(exception.Message, exception);
        }
        finally
        {
            _pool.Signed(started);
        }

        if (!SignatureEncoding.TryWrite(_publicKey, session.Output.AsSpan(0, length), destination, out var written)
            || (IsToBeVerified(session) && !_publicKey.Verify(scheme, message, destination[..written])))
            throw WrongSignature(session, destination);
        return written;
    }

    // RSA always: it costs next to nothing beside the signature, and a single wrong one that gets out can give the private
    // key away (a fault in one half of the CRT computation; Lenstra 1996, Weimer 2015). ECDSA first and then by sampling.
    private bool IsToBeVerified(PooledSession session)
    {
        var isDue = session.Signatures++ % VerifiedOneIn == 0;
        if (Volatile.Read(ref _provenGeneration) == session.Generation)
            return isDue || _publicKey.IsRsa;
        Volatile.Write(ref _provenGeneration, session.Generation);
        return true;
    }

    private SigningException WrongSignature(PooledSession session, Span<byte> signature)
    {
        CryptographicOperations.ZeroMemory(signature);
        session.Broken = true;
        var label = _token.Sessions.Token.Label;
        var reason = new TokenException($"The token \"{label}\" made a signature with {_uri} that does not verify. Nobody got "
            + "it; the token is not used until it signs rightly. Check it, and replace it when this happens again.");
        _pool.Faults.AddWrongSignature();
        TokenFaults.Report(new TokenFault(TokenFaultKind.WrongSignature, label, _uri.ToString()));
        _token.Condemn(_key, session.Generation, reason);
        return new SigningException(reason.Message, reason);
    }

    // What the gate found fills a page.
    private TokenException Short(TokenException exception) => exception is KeyRefusedException
        ? new TokenException($"The key {_uri} makes no signature that verifies; `fsp key verify` shows what it does.")
        : exception;

    private SchemeMechanism MechanismOf(SignatureScheme scheme)
    {
        foreach (var mechanism in _mechanisms)
        {
            if (mechanism.Scheme == scheme)
                return mechanism;
        }

        throw new SigningException($"The key {_uri} does not make {scheme.Name()}.");
    }

    private int SignOnToken(PooledSession session, SchemeMechanism mechanism, int inputLength)
    {
        var code = TrySign(session, mechanism, inputLength, out var length);
        if (ReturnCodes.SessionIsGone(code))
        {
            // The token may be well: a network HSM that failed over, or one that was restarted. One new try.
            _pool.Renew(session);
            code = TrySign(session, mechanism, inputLength, out length);
        }

        if (code == CKR.CKR_OK)
            return length;

        if (ReturnCodes.BreaksSession(code))
        {
            session.Broken = true;
            _pool.Invalidate(session.Generation);
        }

        throw new SigningException($"The token \"{_token.Sessions.Token.Label}\" did not sign with {_uri}: "
            + ReturnCodes.Describe(code));
    }

    private CKR TrySign(PooledSession session, SchemeMechanism mechanism, int inputLength, out int length)
    {
        if (_key.IsKnownIn(session))
            return _token.Signatures.Make(session, _key.Find(session), mechanism, inputLength, out length);

        // The search and the gate sign, too, and so write over the session's buffers.
        var input = session.Input.AsSpan(0, inputLength).ToArray();
        var key = _key.Find(session);
        input.CopyTo(session.Input, 0);
        return _token.Signatures.Make(session, key, mechanism, inputLength, out length);
    }
}

/// <summary>A key's handle, which means something in sessions of its generation only.</summary>
/// <param name="Handle">The token's handle of the private key.</param>
/// <param name="Generation">The pool's generation in which it was found.</param>
/// <param name="WantsLogin">Whether it wants a login for each signature (CKA_ALWAYS_AUTHENTICATE).</param>
internal sealed record KeyHandle(ulong Handle, int Generation, bool WantsLogin);
