using System.Text;
using ForwardSecretProxy.Signing.Keys;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>The attributes with which keys are made: a private key that signs and does nothing else.</summary>
internal static class KeyTemplates
{
    /// <summary>The mechanism that makes such a pair.</summary>
    public static CKM Mechanism(KeyKind kind) => kind is KeyKind.EcP256 or KeyKind.EcP384
        ? CKM.CKM_EC_KEY_PAIR_GEN
        : CKM.CKM_RSA_PKCS_KEY_PAIR_GEN;

    /// <summary>
    /// What keeps a key as it is. CKA_COPYABLE is PKCS#11 v2.40's: older tokens do not know it, and a few know neither.
    /// </summary>
    public static IReadOnlyList<CKA> Freezing { get; } = [CKA.CKA_MODIFIABLE, CKA.CKA_COPYABLE];

    /// <summary>The private half.</summary>
    /// <param name="label">CKA_LABEL.</param>
    /// <param name="id">CKA_ID, the same on both halves.</param>
    /// <param name="frozen">
    /// Those of <see cref="Freezing"/> that are false, so that nobody with the PIN can later add a use such as decryption
    /// to the key or to a copy of it.
    /// </param>
    public static AttributeTemplate Private(string label, ReadOnlySpan<byte> id, ReadOnlySpan<CKA> frozen)
    {
        var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PRIVATE_KEY)
            .Add(CKA.CKA_TOKEN, true)
            .Add(CKA.CKA_PRIVATE, true)
            .Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_ID, id)
            .Add(CKA.CKA_SENSITIVE, true)
            .Add(CKA.CKA_EXTRACTABLE, false)
            .Add(CKA.CKA_SIGN, true)
            .Add(CKA.CKA_SIGN_RECOVER, false)
            .Add(CKA.CKA_DECRYPT, false)
            .Add(CKA.CKA_UNWRAP, false)
            .Add(CKA.CKA_DERIVE, false);
        foreach (var attribute in frozen)
            template.Add(attribute, false);
        return template;
    }

    /// <summary>
    /// The public half. What it may be used for is the token's choice, as nobody uses it there: a TPM knows one use for a
    /// pair, so it takes no private key that signs with a public one that verifies and does not encrypt.
    /// </summary>
    public static AttributeTemplate Public(KeyKind kind, string label, ReadOnlySpan<byte> id)
    {
        var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PUBLIC_KEY)
            .Add(CKA.CKA_TOKEN, true)
            .Add(CKA.CKA_PRIVATE, false)
            .Add(CKA.CKA_LABEL, Encoding.UTF8.GetBytes(label))
            .Add(CKA.CKA_ID, id)
            .Add(CKA.CKA_WRAP, false);
        return kind switch
        {
            // The curves' object identifiers in DER (RFC 5480 section 2.1.1.1).
            KeyKind.EcP256 => template.Add(
                CKA.CKA_EC_PARAMS, [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]),
            KeyKind.EcP384 => template.Add(CKA.CKA_EC_PARAMS, [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]),
            KeyKind.Rsa2048 => Rsa(template, 2048),
            KeyKind.Rsa3072 => Rsa(template, 3072),
            KeyKind.Rsa4096 => Rsa(template, 4096),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of key."),
        };
    }

    private static AttributeTemplate Rsa(AttributeTemplate template, ulong bits) => template
        .Add(CKA.CKA_MODULUS_BITS, bits)
        .Add(CKA.CKA_PUBLIC_EXPONENT, [0x01, 0x00, 0x01]);
}
