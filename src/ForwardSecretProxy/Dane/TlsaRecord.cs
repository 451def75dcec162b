using System.Globalization;
using System.Security.Cryptography;

namespace ForwardSecretProxy.Dane;

/// <summary>What a TLSA record says (RFC 6698 section 2.1).</summary>
/// <param name="Usage">0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.</param>
/// <param name="Selector">0 for the whole certificate, 1 for its public key.</param>
/// <param name="MatchingType">0 for the thing itself, 1 for its SHA-256, 2 for its SHA-512.</param>
/// <param name="Data">What it is compared with, in lower case hexadecimal.</param>
internal sealed record TlsaRecord(int Usage, int Selector, int MatchingType, string Data)
{
    private const int SmtpPort = 25;

    /// <summary>
    /// The record for a key, <c>3 1 1</c>: it needs no certificate yet, stays good when the certificate is renewed for the same
    /// key, and is what RFC 7672 section 3.1 asks mail servers to publish.
    /// </summary>
    /// <param name="subjectPublicKeyInfo">The public key, in DER.</param>
    public static TlsaRecord ForKey(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        new(3, 1, 1, Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo)));

    /// <summary>Its data as a zone file has them.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Usage} {Selector} {MatchingType} {Data}");

    /// <summary>Whether a client that is presented <paramref name="key"/> takes this record for a match.</summary>
    public bool Matches(DaneKey key)
    {
        var leaf = key.Chain is [var first, ..] ? first : null;
        return Usage switch
        {
            // A trust anchor counts only when it is sent (RFC 7671 section 5.2.2).
            0 or 2 => key.Chain.Skip(1).Any(issuer => Matches(issuer.Der, issuer.SubjectPublicKeyInfo)),
            1 or 3 => Matches(leaf?.Der, key.SubjectPublicKeyInfo),
            _ => false,
        };
    }

    /// <summary>Why clients pass it over, whatever the certificate; null when they do not.</summary>
    /// <param name="port">The service's port: SMTP between servers has its own rule.</param>
    public string? UnusableReason(int port) => (Usage, Selector, MatchingType) switch
    {
        ( > 3, _, _) => "no such usage is defined (RFC 6698 section 2.1.1)",
        (_, > 1, _) => "no such selector is defined (RFC 6698 section 2.1.2)",
        (_, _, > 2) => "no such matching type is defined (RFC 6698 section 2.1.3)",
        (_, _, 1) when Data.Length != 2 * SHA256.HashSizeInBytes => "its data are no SHA-256",
        (_, _, 2) when Data.Length != 2 * SHA512.HashSizeInBytes => "its data are no SHA-512",
        (0 or 1, _, _) when port == SmtpPort => "mail servers use only usages 2 and 3 (RFC 7672 section 3.1.3)",
        _ => null,
    };

    private bool Matches(ReadOnlyMemory<byte>? certificate, ReadOnlyMemory<byte> publicKey) =>
        (Selector == 0 ? certificate : publicKey) is { } selected && MatchingType switch
        {
            0 => Convert.ToHexStringLower(selected.Span),
            1 => Convert.ToHexStringLower(SHA256.HashData(selected.Span)),
            2 => Convert.ToHexStringLower(SHA512.HashData(selected.Span)),
            _ => null,
        } == Data;
}
