using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Pins;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// The login to one token. Its state belongs to the token and this process, not to a session (PKCS#11 v2.40 section
/// 2.4), so there is one of these for each token however many names the configuration has for it.
/// </summary>
internal sealed class TokenLogin(Pkcs11Module module)
{
    // Lets a wrong PIN be known again without keeping it.
    private static readonly byte[] FingerprintKey = RandomNumberGenerator.GetBytes(32);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Where the PIN comes from; it is read for each login and kept by nobody.</summary>
    public PinSource? Source { get; set; }

    /// <summary>Logs in unless this process is logged in already.</summary>
    /// <exception cref="TokenException">
    /// There is no PIN, or the token refused it. A PIN that was refused once is not sent again by this process, because
    /// tokens lock after a few.
    /// </exception>
    public void Ensure(ulong session, TokenInfo token)
    {
        if (!token.LoginRequired)
            return;

        lock (_gate)
        {
            if (module.IsLoggedIn(session))
                return;

            var source = Source ?? throw new TokenException($"The token \"{token.Label}\" needs a PIN and none is "
                + "configured: set PinFile, PinEnvironment or PinCredential.");
            using var pin = source.Read();
            Login(session, token, source, pin);
        }
    }

    private void Login(ulong session, TokenInfo token, PinSource source, Pin pin)
    {
        var fingerprint = Convert.ToHexString(HMACSHA256.HashData(FingerprintKey, pin.Bytes));
        if (_refused.Contains(fingerprint))
        {
            throw new TokenException($"The token \"{token.Label}\" refused the PIN from {source.Description} before. "
                + "It is not tried again, because tokens lock after a few wrong tries: put the right PIN there.",
                (uint)CKR.CKR_PIN_INCORRECT);
        }

        var code = module.Login(session, CKU.CKU_USER, pin);
        if (code is CKR.CKR_OK or CKR.CKR_USER_ALREADY_LOGGED_IN)
            return;

        if (code is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE)
            _refused.Add(fingerprint);
        throw new TokenException($"The token \"{token.Label}\" refused the login with the PIN from "
            + $"{source.Description}: {ReturnCodes.Describe(code)}. {TriesLeft(token.Slot)}", (uint)code);
    }

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
