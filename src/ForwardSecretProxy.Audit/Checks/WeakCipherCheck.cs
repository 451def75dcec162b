using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Ciphers that encrypt nothing, or too little.</summary>
public sealed class WeakCipherCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "weak-ciphers",
        "Weak ciphers",
        "NULL does not encrypt, export ciphers and DES were searched through in the 1990s, RC4's output is biased, and ciphers with blocks of "
        + "64 bits repeat within a long session. What is recorded today under the first of these is open without any key.",
        [
            "RFC 9325 section 4.1", "RFC 7465 (RC4)", "Beurdouche et al., FREAK, IEEE S&P 2015 (CVE-2015-0204)",
            "Bhargavan, Leurent: Sweet32, CCS 2016 (CVE-2016-2183)",
        ],
        Mends.Of(
            nginx: "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
            apache: "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20",
            haproxy: "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
            postfix: "smtpd_tls_exclude_ciphers = aNULL, eNULL, EXPORT, DES, 3DES, RC4, MD5",
            dovecot: "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
            fsp: "nothing: no such suite can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (!seen.Spoken().Any(version => version.Suites.Count + version.Ssl2Suites.Count > 0))
            return [Description.Unexamined("Which ciphers are accepted was not learnt.", seen.GapsAbout("suite", "cipher"))];

        Finding?[] found =
        [
            Find(seen, IsOpen, lines => Description.Failure("Ciphers are accepted that encrypt nothing or can be searched through.", lines).For(SuiteExposure.Of(seen, IsOpen))),
            Find(seen, IsRc4, lines => Description.Failure("RC4 is accepted, which RFC 7465 prohibits.", lines)),
            Find(seen, HasSmallBlocks, lines => Description.Warning("Ciphers with blocks of 64 bits are accepted (Sweet32).", lines)),
        ];
        Finding[] findings = [.. found.OfType<Finding>()];
        return findings.Length > 0 ? findings : [Description.Pass("No weak cipher is accepted.")];
    }

    private static Finding? Find(EndpointObservation seen, Func<CipherSuite, bool> isMeant, Func<List<string>, Finding> create) =>
        seen.SuiteLines(isMeant).ToList() is { Count: > 0 } lines ? create(lines) : null;

    private static bool IsOpen(CipherSuite suite) =>
        suite.IsExport || StartsWithAny(suite, "NULL", "DES_", "DES40", "RC2", "RC4_40", "SHA256_SHA256", "SHA384_SHA384");

    private static bool IsRc4(CipherSuite suite) => !IsOpen(suite) && StartsWithAny(suite, "RC4");

    private static bool HasSmallBlocks(CipherSuite suite) => StartsWithAny(suite, "3DES", "IDEA", "28147", "MAGMA");

    private static bool StartsWithAny(CipherSuite suite, params IEnumerable<string> names) =>
        names.Any(name => suite.Cipher.StartsWith(name, StringComparison.Ordinal));
}
