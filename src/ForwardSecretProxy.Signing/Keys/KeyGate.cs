using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Keys;

/// <summary>
/// Looks at a key before it is used: what its attributes say, whether the private value can be read or wrapped out
/// (some modules report attributes wrongly), whether it is the certificate's key, and whether what it signs verifies.
/// </summary>
internal sealed class KeyGate(SharedToken token)
{
    // RFC 3394, RFC 5649 under its two numbers, and the one that old tokens have.
    private static readonly (CKM Mechanism, byte[]? Parameter)[] WrapMechanisms =
    [
        (CKM.CKM_AES_KEY_WRAP, null),
        (CKM.CKM_AES_KEY_WRAP_PAD, null),
        (KeyGatePolicy.AesKeyWrapKwp, null),
        (CKM.CKM_AES_CBC_PAD, new byte[16]),
    ];

    private readonly Pkcs11Module _module = token.Module;
    private readonly ulong _slot = token.Sessions.Token.Slot;

    /// <summary>Makes every check, also after one has failed.</summary>
    /// <param name="session">A session in which the user is logged in and nothing goes on; it is signed in.</param>
    /// <param name="key">The private key.</param>
    /// <param name="name">The key's URI for the report.</param>
    /// <param name="onToken">The public key that the token shows; null when it shows none.</param>
    /// <param name="expected">The certificate's public key; null when there is none yet.</param>
    /// <exception cref="TokenException">Neither public key is known, so no signature can be verified.</exception>
    public KeyGateReport Inspect(
        PooledSession session, KeyHandle key, string name, SubjectPublicKey? onToken, SubjectPublicKey? expected)
    {
        var publicKey = expected ?? onToken ?? throw new TokenException($"The token shows no public key for {name}, so "
            + "nothing it signs can be verified. Keep the public key object on the token, or give the certificate.");

        var findings = new List<KeyGateFinding>();
        findings.AddRange(KeyGatePolicy.Attributes.Select(rule => InspectAttribute(session, key.Handle, rule)));
        findings.AddRange(KeyGatePolicy.PrivateValues(publicKey.IsRsa).Select(type => TryRead(session, key.Handle, type)));
        findings.AddRange(TryWrap(session, key.Handle));
        if (expected is not null)
            findings.Add(Compare(onToken, expected));

        var probe = new SchemeProbe(token);
        var (schemes, unavailable, signatures) = probe.Try(session, key, publicKey);
        var isAsWanted = findings.TrueForAll(finding => finding.Passed);
        findings.AddRange(signatures);
        return new KeyGateReport(name, findings, schemes, unavailable)
        {
            OnlySignaturesFailed = isAsWanted && !signatures.TrueForAll(finding => finding.Passed),
        };
    }

    private KeyGateFinding InspectAttribute(PooledSession session, ulong key, AttributeRule rule)
    {
        var code = _module.ReadAttribute(session.Handle, key, rule.Type, out var value);
        return KeyGatePolicy.JudgeAttribute(rule, code, value);
    }

    private KeyGateFinding TryRead(PooledSession session, ulong key, CKA type)
    {
        var code = _module.ReadAttribute(session.Handle, key, type, out var value);
        CryptographicOperations.ZeroMemory(value);
        return KeyGatePolicy.JudgeRead(type, code, value.Length);
    }

    private List<KeyGateFinding> TryWrap(PooledSession session, ulong key)
    {
        var mechanisms = WrapMechanisms.Where(wrap => CanWrap(wrap.Mechanism)).ToList();
        if (mechanisms.Count == 0)
            return [KeyGatePolicy.NoWrapMechanism()];

        using var template = WrappingKeyTemplate();
        var code = _module.GenerateKey(session.Handle, CKM.CKM_AES_KEY_GEN, template, out var wrappingKey);
        if (code != CKR.CKR_OK)
            return [KeyGatePolicy.JudgeNoWrappingKey(code)];

        try
        {
            return mechanisms.ConvertAll(wrap => KeyGatePolicy.JudgeWrap(
                wrap.Mechanism, _module.TryWrap(session.Handle, wrap.Mechanism, wrap.Parameter, wrappingKey, key)));
        }
        finally
        {
            _ = _module.DestroyObject(session.Handle, wrappingKey);
        }
    }

    private bool CanWrap(CKM mechanism) =>
        _module.FindMechanism(_slot, mechanism) is { } info && (info.Flags & CKF.CKF_WRAP) != 0;

    // It lives in the session only and never leaves the token.
    private static AttributeTemplate WrappingKeyTemplate() => new AttributeTemplate()
        .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_SECRET_KEY)
        .Add(CKA.CKA_KEY_TYPE, (ulong)CKK.CKK_AES)
        .Add(CKA.CKA_VALUE_LEN, 32)
        .Add(CKA.CKA_TOKEN, false)
        .Add(CKA.CKA_SENSITIVE, true)
        .Add(CKA.CKA_EXTRACTABLE, false)
        .Add(CKA.CKA_WRAP, true);

    private static KeyGateFinding Compare(SubjectPublicKey? onToken, SubjectPublicKey expected) => new(
        "public key", $"the certificate's ({expected})",
        onToken is null ? "none on the token; the test signature decides"
            : onToken.Matches(expected) ? "the same"
            : $"another one ({onToken})",
        "The certificate was issued for another key; clients would refuse every handshake.",
        onToken?.Matches(expected) ?? true);
}
