using System.Globalization;
using System.Text;
using ForwardSecretProxy.Signing.Calls;
using ForwardSecretProxy.Signing.Pins;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Makes a blank token ready: a label, a security officer, a user PIN (PKCS#11 v2.40 section 5.5).</summary>
public static class TokenInitializer
{
    /// <summary>
    /// Initialises the token in <paramref name="slot"/>, or the first blank one. Blocks for as long as it takes.
    /// </summary>
    /// <param name="module">The PKCS#11 module's path.</param>
    /// <param name="label">At most 32 bytes of UTF-8, not in use yet.</param>
    /// <param name="officerPin">The security officer's PIN, which resets a locked user PIN.</param>
    /// <param name="userPin">The PIN with which keys are made and used.</param>
    /// <param name="slot">The slot; null for the first that holds a blank token.</param>
    /// <param name="arguments">See <see cref="TokenOptions.ModuleArguments"/>.</param>
    /// <returns>The new token, in the slot where it now is.</returns>
    /// <exception cref="TokenException">
    /// The label is in use or too long, no token is blank, or the one in the slot is not: a token with keys on it is
    /// never erased.
    /// </exception>
    public static TokenInfo Initialize(string module, string label, Pin officerPin, Pin userPin, ulong? slot = null, string? arguments = null)
    {
        ArgumentNullException.ThrowIfNull(officerPin);
        ArgumentNullException.ThrowIfNull(userPin);
        var name = Encoding.UTF8.GetBytes(label);
        if (name.Length is 0 or > TokenInfo.LabelLength || label.Trim() != label)
        {
            throw new TokenException($"A token's label has 1 to {TokenInfo.LabelLength} bytes and no space before or "
                + "after it.");
        }

        var options = new TokenOptions { Module = module, Label = label };
        return ModuleThread.Run(() =>
        {
            var loaded = Pkcs11Module.Load(module, arguments, new TokenCalls(label, options.CallTimeout));
            var blank = FindBlank(loaded.ListTokens(), label, slot);
            RequireLength(blank, officerPin, "security officer's PIN");
            RequireLength(blank, userPin, "user PIN");
            loaded.InitToken(blank.Slot, officerPin, name);

            // SoftHSM gives the new token another slot number.
            var token = TokenSelector.Select(loaded.ListTokens(), options);
            SetUserPin(loaded, token, officerPin, userPin);
            return loaded.GetTokenInfo(token.Slot);
        });
    }

    private static TokenInfo FindBlank(IReadOnlyList<TokenInfo> tokens, string label, ulong? slot)
    {
        if (tokens.FirstOrDefault(token => token.Initialized && token.Label == label) is { } existing)
        {
            throw new TokenException($"There is a token \"{label}\" already ({existing.Describe()}). Choose another "
                + "label.");
        }

        if (slot is null)
        {
            return tokens.FirstOrDefault(token => !token.Initialized)
                ?? throw new TokenException("The module shows no blank token. Erase one with its own tool first; "
                    + "`fsp token init` never erases a token that may hold keys.");
        }

        var chosen = tokens.FirstOrDefault(token => token.Slot == slot)
            ?? throw new TokenException($"There is no token in slot {slot}; list the slots with `fsp token list`.");
        return !chosen.Initialized ? chosen : throw new TokenException($"The token in slot {slot} is initialised "
            + $"({chosen.Describe()}) and may hold keys, so it is not erased. Use its own tool if that is meant.");
    }

    // Refused by the token only after it was erased and named.
    private static void RequireLength(TokenInfo token, Pin pin, string name)
    {
        if (pin.Length < token.MinPinLength || pin.Length > token.MaxPinLength)
        {
            throw new TokenException($"The {name} has {pin.Length} bytes; the token in slot {token.Slot} takes "
                + $"{token.MinPinLength} to {token.MaxPinLength?.ToString(CultureInfo.InvariantCulture) ?? "any number"}. "
                + "Nothing was changed.");
        }
    }

    private static void SetUserPin(Pkcs11Module module, TokenInfo token, Pin officerPin, Pin userPin)
    {
        var session = module.OpenSession(token.Slot, writable: true);
        try
        {
            ReturnCodes.ThrowUnlessOk(
                module.Login(session, CKU.CKU_SO, officerPin), "The security officer cannot log in to the new token");
            module.InitPin(session, userPin);
        }
        finally
        {
            // The last session on the token, so closing it logs the security officer out.
            module.CloseSession(session);
        }
    }
}
