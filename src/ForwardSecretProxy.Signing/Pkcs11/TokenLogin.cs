using System.Collections.Concurrent;
using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Calls;
using ForwardSecretProxy.Signing.Pins;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// The login to one token. Its state belongs to the token and this process, not to a session (PKCS#11 v2.40 section
/// 2.4), so there is one of these for each token however many names the configuration has for it.
/// </summary>
/// <param name="module">Its module.</param>
/// <param name="calls">How long its calls may take.</param>
/// <param name="refused">The fingerprints of PINs that it has refused; outlives the login.</param>
internal sealed class TokenLogin(Pkcs11Module module, TokenCalls calls, ConcurrentDictionary<string, CKR> refused)
{
    // Lets a wrong PIN be known again without keeping it.
    private static readonly byte[] FingerprintKey = RandomNumberGenerator.GetBytes(32);

    private readonly Lock _gate = new();

    /// <summary>Where the PIN comes from; it is read for each login and kept by nobody.</summary>
    public PinSource? Source { get; set; }

    /// <summary>Makes sure that there is a source, which is not the token's fault when there is none.</summary>
    /// <exception cref="TokenException">The token wants a login and there is no source of its PIN.</exception>
    public void ThrowWithoutSource(TokenInfo token)
    {
        if (token.LoginRequired && Source is null)
            throw NoPin(token);
    }

    /// <summary>Logs in unless this process is logged in already.</summary>
    /// <exception cref="TokenException">
    /// There is no PIN, or the token refused it. A PIN that was refused once is not sent again by this process, because
    /// tokens lock after a few; and the last try that a token has left is for a person.
    /// </exception>
    public void Ensure(ulong session, TokenInfo token)
    {
        if (!token.LoginRequired)
            return;

        calls.Enter(_gate, "C_Login");
        try
        {
            if (module.IsLoggedIn(session))
                return;

            if (token.PinState == PinState.FinalTry && Source is not (null or PinPrompt))
                throw FinalTry(token);
            ThrowUnlessAccepted(Login(session, CKU.CKU_USER, token), token);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// The login between C_SignInit and C_Sign that some keys want for each signature (CKA_ALWAYS_AUTHENTICATE). The PIN is
    /// had from its source each time.
    /// </summary>
    /// <returns>CKR_OK, or that the session has ended.</returns>
    /// <exception cref="TokenException">There is no PIN, or the token refused it.</exception>
    public CKR Confirm(ulong session, TokenInfo token)
    {
        // One after another: many that send a wrong PIN at once would lock the token.
        calls.Enter(_gate, "C_Login");
        try
        {
            var code = Login(session, CKU.CKU_CONTEXT_SPECIFIC, token);
            if (!ReturnCodes.BreaksSession(code))
                ThrowUnlessAccepted(code, token);
            return code is CKR.CKR_USER_ALREADY_LOGGED_IN ? CKR.CKR_OK : code;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private CKR Login(ulong session, CKU user, TokenInfo token)
    {
        var source = Source ?? throw NoPin(token);
        using var pin = source.Read();
        var fingerprint = Convert.ToHexString(HMACSHA256.HashData(FingerprintKey, pin.Bytes));
        if (refused.ContainsKey(fingerprint))
        {
            throw new TokenException($"The token \"{token.Label}\" refused the PIN from {source.Description} before. "
                + "It is not tried again, because tokens lock after a few wrong tries: put the right PIN there.",
                (uint)CKR.CKR_PIN_INCORRECT);
        }

        var code = module.Login(session, user, pin);
        if (code is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_EXPIRED
            or CKR.CKR_PIN_LOCKED)
            refused.TryAdd(fingerprint, code);
        return code;
    }

    private void ThrowUnlessAccepted(CKR code, TokenInfo token)
    {
        if (code is CKR.CKR_OK or CKR.CKR_USER_ALREADY_LOGGED_IN)
            return;
        var refusal = new TokenException($"The token \"{token.Label}\" refused the login with the PIN from "
            + $"{Source?.Description}: {ReturnCodes.Describe(code)}. {TriesLeft(token.Slot)}", (uint)code);
        if (refusal.IsPinRefused)
            TokenFaults.Report(new TokenFault(TokenFaultKind.PinRefused, token.Label, refusal.Message));
        throw refusal;
    }

    private static TokenException NoPin(TokenInfo token) => new($"The token \"{token.Label}\" needs a PIN and none is "
        + "configured: set PinFile, PinEnvironment or PinCredential.");

    private TokenException FinalTry(TokenInfo token) => new($"The token \"{token.Label}\" says that one try is left before "
        + $"the PIN is locked, so the PIN from {Source!.Description} is not tried. Correct it there, and give it once by hand, "
        + $"which sets the token's count back: fsp key list --label \"{token.Label}\" asks for it.",
        (uint)CKR.CKR_PIN_INCORRECT);

    private string TriesLeft(ulong slot) => PinStateOf(slot) switch
    {
        PinState.Locked => "The token says that the PIN is now locked; the security officer has to reset it.",
        PinState.FinalTry => "The token says that one try is left: the next wrong PIN locks it.",
        PinState.CountLow => "The token says that tries have been used up, without saying how many are left.",
        _ => "The token does not say how many tries are left.",
    };

    private PinState PinStateOf(ulong slot)
    {
        try
        {
            return module.GetTokenInfo(slot).PinState;
        }
        catch (TokenException)
        {
            // Why the login was refused matters more than that there is nothing more to learn.
            return PinState.Normal;
        }
    }
}
