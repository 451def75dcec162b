using System.Diagnostics;
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
    private readonly SharedToken _token;
    private readonly SessionPool _pool;
    private readonly Pkcs11Uri _uri;
    private readonly SubjectPublicKey _publicKey;
    private readonly SchemeMechanism[] _mechanisms;
    private readonly Lock _locating = new();
    private KeyHandle _key;

    internal Pkcs11Signer(
        SharedToken token, Pkcs11Uri uri, SubjectPublicKey publicKey, KeyHandle key, KeyGateReport report)
    {
        _token = token;
        _pool = token.Pool;
        _uri = uri;
        _publicKey = publicKey;
        _key = key;
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

    /// <summary>The schemes that the key's kind could make and its token cannot, with the reason.</summary>
    public IReadOnlyList<UnavailableScheme> UnavailableSchemes => Report.UnavailableSchemes;

    /// <inheritdoc/>
    public int MaxSignatureLength => _publicKey.MaxSignatureLength;

    /// <inheritdoc/>
    public ISigningPool Pool => _pool;

    /// <inheritdoc/>
    public int Sign(ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (lease is not PooledSession session || session.Pool != _pool || !session.Leased)
            throw new ArgumentException("Not a live lease from this signer's pool.", nameof(lease));
        if (destination.Length < MaxSignatureLength)
            throw new ArgumentException("Shorter than the longest signature.", nameof(destination));

        var mechanism = MechanismOf(scheme);
        var inputLength = mechanism.WriteInput(message, session.Input);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var length = SignOnToken(session, mechanism, inputLength);
            if (SignatureEncoding.TryWrite(_publicKey, session.Output.AsSpan(0, length), destination, out var written))
                return written;
            throw new SigningException($"The token answered with a signature of {length} bytes, which is not one of a "
                + $"{_publicKey} key.");
        }
        catch (TokenException exception)
        {
            session.Broken = true;
            throw new SigningException(exception.Message, exception);
        }
        finally
        {
            if (_pool.Metrics is { MeasuresSigning: true } metrics)
                metrics.Signed(Stopwatch.GetElapsedTime(started), _pool.Tag);
        }
    }

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
        var key = Volatile.Read(ref _key);
        if (key.Generation < session.Generation)
        {
            // The search and the gate sign, too, and so write over the session's buffers.
            var input = session.Input.AsSpan(0, inputLength).ToArray();
            key = Locate(session);
            input.CopyTo(session.Input, 0);
        }

        return _token.Module.Sign(
            session.Handle, key.Handle, mechanism.Native, session.Input, inputLength, session.Output, out length);
    }

    private KeyHandle Locate(PooledSession session)
    {
        lock (_locating)
        {
            if (_key.Generation >= session.Generation)
                return _key;

            var found = KeyInspection.Run(_token, session, _uri, _publicKey);
            if (!found.Report.Passed)
                throw new KeyRefusedException(found.Report);
            Volatile.Write(ref _key, found.Key);
            return found.Key;
        }
    }
}

/// <summary>A key's handle, which means something in sessions of its generation only.</summary>
/// <param name="Handle">The token's handle of the private key.</param>
/// <param name="Generation">The pool's generation in which it was found.</param>
internal sealed record KeyHandle(ulong Handle, int Generation);
