using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Sessions;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// Finds out which schemes a key really makes: its token has the mechanism, and a signature made with it verifies.
/// </summary>
internal sealed class SchemeProbe(SharedToken token)
{
    /// <summary>Signs a fresh message with each scheme of the key's kind.</summary>
    /// <returns>
    /// The schemes that work; those that the token lacks; and a finding for each signature, or one that fails when
    /// there is none.
    /// </returns>
    /// <exception cref="TokenException">The token or the session went away meanwhile.</exception>
    public (List<SignatureScheme> Schemes, List<UnavailableScheme> Unavailable, List<KeyGateFinding> Findings) Try(
        PooledSession session, KeyHandle key, SubjectPublicKey publicKey)
    {
        var schemes = new List<SignatureScheme>();
        var unavailable = new List<UnavailableScheme>();
        var findings = new List<KeyGateFinding>();
        foreach (var scheme in publicKey.Schemes)
        {
            if (TrySign(session, key, publicKey, scheme, out var verifies) is { } reason)
            {
                unavailable.Add(new UnavailableScheme(scheme, reason));
                continue;
            }

            findings.Add(Finding(scheme, verifies ? "one" : "one that does not verify", verifies));
            if (verifies)
                schemes.Add(scheme);
        }

        if (findings.Count == 0)
            findings.Add(Finding(publicKey.Schemes[0], $"none: {unavailable[0].Reason}", false));
        return (schemes, unavailable, findings);
    }

    private static KeyGateFinding Finding(SignatureScheme scheme, string found, bool passed) => new(
        $"test signature {scheme.Name()}", "one that verifies", found,
        "The key does not make signatures that belong to the public key.", passed);

    private string? TrySign(
        PooledSession session, KeyHandle key, SubjectPublicKey publicKey, SignatureScheme scheme, out bool verifies)
    {
        verifies = false;
        var mechanism = SchemeMechanism.Of(scheme);
        if (token.Module.FindMechanism(token.Sessions.Token.Slot, mechanism.Mechanism) is not { } info || (info.Flags & CKF.CKF_SIGN) == 0)
            return $"the token does not sign with {mechanism.Mechanism}";

        var message = RandomNumberGenerator.GetBytes(64);
        var inputLength = mechanism.WriteInput(message, session.Input);
        var code = token.Signatures.Make(session, key, mechanism, inputLength, out var length);
        if (ReturnCodes.IsRefusal(code))
            return $"the token answered {ReturnCodes.Describe(code)}";
        ReturnCodes.ThrowUnlessOk(code, "The token did not make a test signature");

        Span<byte> signature = stackalloc byte[publicKey.MaxSignatureLength];
        verifies = SignatureEncoding.TryWrite(publicKey, session.Output.AsSpan(0, length), signature, out var written)
            && publicKey.Verify(scheme, message, signature[..written]);
        return null;
    }
}
