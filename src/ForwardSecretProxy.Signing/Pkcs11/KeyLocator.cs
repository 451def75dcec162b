using System.Diagnostics;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// Knows where on its token a key is. After the token went away and came back the key is found again, and passes the whole
/// gate again, in the first session that asks; the others wait for what comes of it, so that the token is not asked by all.
/// </summary>
internal sealed class KeyLocator(SharedToken token, Pkcs11Uri uri, SubjectPublicKey publicKey, KeyHandle found)
{
    /// <summary>How long a token that is back, without the key or with a wrong one, is taken at its word.</summary>
    internal static readonly TimeSpan RefusalHolds = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private KeyHandle _key = found;
    private TokenException? _refusal;
    private int _refusedGeneration;
    private long _refusedAt;

    /// <summary>Whether the key's place is known for the session, so that finding it makes no call.</summary>
    public bool IsKnownIn(PooledSession session) => Volatile.Read(ref _key).Generation >= session.Generation;

    /// <summary>The key, found and inspected when it has to be; writes over the session's buffers then.</summary>
    /// <exception cref="TokenException">It is not there, does not pass the gate, or the token failed.</exception>
    public KeyHandle Find(PooledSession session)
    {
        var key = Volatile.Read(ref _key);
        if (key.Generation >= session.Generation)
            return key;

        token.Calls.Enter(_gate, "the search for a key");
        try
        {
            return _key.Generation >= session.Generation ? _key : FindAgain(session);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Has the key make a signature of each kind in a session that nobody else has yet. One that is not on the token any
    /// more proves nothing, and is no reason to do without the others.
    /// </summary>
    /// <exception cref="TokenException">A signature does not verify, or the token failed.</exception>
    public void Prove(PooledSession session)
    {
        try
        {
            Find(session);
        }
        catch (TokenException exception) when (!Condemns(exception))
        {
        }
    }

    /// <summary>
    /// Whether an exception speaks against the whole token. A session that ended once more says nothing, and a key that is
    /// gone or can do too much only something of itself.
    /// </summary>
    public static bool Condemns(TokenException exception) => exception is KeyRefusedException refused
        ? refused.Report.OnlySignaturesFailed
        : (CKR)exception.ReturnCode is not (CKR.CKR_OK or CKR.CKR_SESSION_COUNT)
            && !ReturnCodes.SessionIsGone((CKR)exception.ReturnCode);

    private KeyHandle FindAgain(PooledSession session)
    {
        if (_refusal is { } before && _refusedGeneration == session.Generation
            && Stopwatch.GetElapsedTime(_refusedAt) < RefusalHolds)
            throw before;

        try
        {
            var inspection = KeyInspection.Run(token, session, uri, publicKey);
            if (!inspection.Report.Passed)
                throw new KeyRefusedException(inspection.Report);
            _refusal = null;
            Volatile.Write(ref _key, inspection.Key);
            return inspection.Key;
        }
        catch (TokenException exception)
        {
            (_refusal, _refusedGeneration, _refusedAt) = (exception, session.Generation, Stopwatch.GetTimestamp());
            throw;
        }
    }
}
