using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The suites that a handshake can be completed with here.</summary>
internal static class CompletableSuites
{
    private static readonly IReadOnlyList<CipherSuite> Tls13 = [.. CipherSuites.Tls13.Where(CanComplete)];

    private static readonly IReadOnlyList<CipherSuite> Tls12 =
    [
        // Ephemeral before static, and authenticated encryption before CBC, as browsers have it.
        .. CipherSuites.Older.Where(suite => CanComplete(suite) && suite.Authentication != Authentication.None
                && !suite.Cipher.Contains("NULL", StringComparison.Ordinal))
            .OrderBy(suite => suite.KeyExchange switch { KeyExchange.Ecdhe => 0, KeyExchange.Dhe => 1, _ => 2 })
            .ThenByDescending(suite => suite.IsAead)
            .ThenBy(suite => IsUsual(suite) ? 0 : 1),
    ];

    private static readonly IReadOnlyList<CipherSuite> Older = [.. Tls12.Where(IsOlder)];

    /// <summary>Those of a version, the most wanted first; without those that encrypt or authenticate nothing.</summary>
    public static IReadOnlyList<CipherSuite> For(TlsVersion version) => version switch
    {
        TlsVersion.Tls13 => Tls13,
        TlsVersion.Tls12 => Tls12,
        _ => Older,
    };

    /// <summary>Whether a handshake can be completed with a suite.</summary>
    public static bool CanComplete(CipherSuite suite) => SuiteCipher.Find(suite) is { } cipher && suite.KeyExchange switch
    {
        KeyExchange.Separate => cipher.Aead is not null && suite.Code >> 8 == 0x13,
        KeyExchange.Ecdhe or KeyExchange.Dhe or KeyExchange.AnonymousEcdh or KeyExchange.AnonymousDh => true,
        KeyExchange.Rsa => suite.IsRegistered,
        _ => false,
    };

    private static bool IsUsual(CipherSuite suite) => suite.Cipher.StartsWith("AES", StringComparison.Ordinal)
        || suite.Cipher.StartsWith("CHACHA", StringComparison.Ordinal);

    // CBC with SHA-2, and AEADs, came with TLS 1.2 (RFC 5246, RFC 5289).
    private static bool IsOlder(CipherSuite suite) => !suite.IsAead
        && (suite.Cipher.EndsWith("_SHA", StringComparison.Ordinal) || suite.Cipher.EndsWith("_MD5", StringComparison.Ordinal));
}
