using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Keys;

/// <summary>
/// Judges what was found out about a key: whether it cannot leave its token and can do nothing but sign. Pure, and
/// without any setting.
/// </summary>
internal static class KeyGatePolicy
{
    /// <summary>CKM_AES_KEY_WRAP_KWP (PKCS#11 v3.0), which Pkcs11Interop does not name.</summary>
    public const CKM AesKeyWrapKwp = (CKM)0x0000210B;

    /// <summary>The attributes that are demanded (PKCS#11 v2.40 sections 4.8 and 4.9).</summary>
    public static IReadOnlyList<AttributeRule> Attributes { get; } =
    [
        new(CKA.CKA_SENSITIVE, true, "A key that is not sensitive can be read out in clear."),
        new(CKA.CKA_ALWAYS_SENSITIVE, true, "It was readable once, so a copy may exist."),
        new(CKA.CKA_EXTRACTABLE, false, "An extractable key can be wrapped and carried away."),
        new(CKA.CKA_NEVER_EXTRACTABLE, true, "It was extractable once, so a copy may exist."),
        new(CKA.CKA_LOCAL, true, "It was not made on this token, so it exists or existed elsewhere."),
        new(CKA.CKA_DECRYPT, false, "A key that decrypts could open what was encrypted to its certificate."),
        new(CKA.CKA_UNWRAP, false, "A key that unwraps could open a session secret as if it were a key."),
        new(CKA.CKA_DERIVE, false, "A key that derives could repeat a static key exchange."),
        new(CKA.CKA_SIGN_RECOVER, false, "A raw RSA signature with recovery is the same as a decryption."),
    ];

    /// <summary>
    /// The attributes that hold the private value (PKCS#11 v2.40 current mechanisms 2.1.3 and 2.3.4).
    /// </summary>
    public static IReadOnlyList<CKA> PrivateValues(bool isRsa) => isRsa
        ?
        [
            CKA.CKA_PRIVATE_EXPONENT, CKA.CKA_PRIME_1, CKA.CKA_PRIME_2, CKA.CKA_EXPONENT_1, CKA.CKA_EXPONENT_2,
            CKA.CKA_COEFFICIENT,
        ]
        : [CKA.CKA_VALUE];

    /// <summary>Judges an attribute; one that the token does not report cannot be relied on and fails.</summary>
    /// <param name="rule">The attribute and what it must be.</param>
    /// <param name="code">The token's answer.</param>
    /// <param name="value">What it answered with.</param>
    public static KeyGateFinding JudgeAttribute(AttributeRule rule, CKR code, ReadOnlySpan<byte> value)
    {
        bool? found = code == CKR.CKR_OK && value.Length == 1 ? value[0] != 0 : null;
        var text = found is { } known ? Text(known)
            : code == CKR.CKR_OK ? $"{value.Length} bytes, which is no truth value"
            : $"nothing ({ReturnCodes.Name(code)})";
        return new KeyGateFinding(rule.Type.ToString(), Text(rule.Wanted), text, rule.Why, found == rule.Wanted);
    }

    /// <summary>Judges the attempt to read a part of the private key.</summary>
    /// <param name="type">What was asked for.</param>
    /// <param name="code">The token's answer.</param>
    /// <param name="length">How many bytes it gave.</param>
    public static KeyGateFinding JudgeRead(CKA type, CKR code, int length)
    {
        var found = code == CKR.CKR_OK
            ? length > 0 ? $"{length} bytes of it" : "nothing"
            : Answer(code);
        return new KeyGateFinding(
            $"reading {type}", "a refusal", found,
            "Whoever has the PIN could copy the private key, whatever its attributes say.",
            code == CKR.CKR_OK ? length == 0 : ReturnCodes.IsRefusal(code));
    }

    /// <summary>Judges the attempt to wrap the key out.</summary>
    /// <param name="mechanism">With which mechanism.</param>
    /// <param name="code">The token's answer.</param>
    public static KeyGateFinding JudgeWrap(CKM mechanism, CKR code) => new(
        $"wrapping with {Name(mechanism)}", "a refusal", code == CKR.CKR_OK ? "the wrapped key" : Answer(code),
        "Whoever has the PIN could carry the private key away wrapped, whatever its attributes say.",
        ReturnCodes.IsRefusal(code));

    /// <summary>Judges that no wrapping key could be made to try with.</summary>
    public static KeyGateFinding JudgeNoWrappingKey(CKR code) => new(
        "wrapping", "a refusal", ReturnCodes.IsRefusal(code)
            ? $"not applicable, the token makes no wrapping key ({ReturnCodes.Name(code)})"
            : Answer(code),
        "Whoever has the PIN could carry the private key away wrapped, whatever its attributes say.",
        ReturnCodes.IsRefusal(code));

    /// <summary>Judges that the token has no mechanism to wrap with.</summary>
    public static KeyGateFinding NoWrapMechanism() => new(
        "wrapping", "a refusal", "not applicable, the token has no AES mechanism that wraps", "", true);

    private static string Name(CKM mechanism) => mechanism == AesKeyWrapKwp ? "CKM_AES_KEY_WRAP_KWP" : mechanism.ToString();

    private static string Answer(CKR code) => code switch
    {
        // Seen of modules whose C_GetMechanismInfo promises more than C_WrapKey keeps.
        CKR.CKR_MECHANISM_INVALID => $"not applicable ({ReturnCodes.Name(code)})",
        _ when ReturnCodes.IsRefusal(code) => $"a refusal ({ReturnCodes.Name(code)})",
        _ => $"no judgement possible ({ReturnCodes.Describe(code)})",
    };

    private static string Text(bool value) => value ? "true" : "false";
}

/// <summary>An attribute that is demanded.</summary>
/// <param name="Type">The attribute.</param>
/// <param name="Wanted">The value it must have.</param>
/// <param name="Why">What could happen otherwise.</param>
internal sealed record AttributeRule(CKA Type, bool Wanted, string Why);
