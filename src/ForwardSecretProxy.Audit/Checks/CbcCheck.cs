using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Suites with CBC, which authenticate before they encrypt.</summary>
public sealed class CbcCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "cbc-suites",
        "CBC suites",
        "They authenticate what they encrypt instead of what was encrypted. Servers that can be timed, or that answer bad padding in a way "
        + "of their own, give plaintext away; implementations got it wrong for fifteen years.",
        ["RFC 7366", "RFC 9325 section 4.2.1", "AlFardan, Paterson: Lucky Thirteen, IEEE S&P 2013"],
        Mends.Of(
            nginx: "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
            apache: "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20",
            haproxy: "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
            postfix: "tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20",
            dovecot: "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
            fsp: "nothing: no such suite can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var tls12 = seen.Spoken().FirstOrDefault(one => one.Version == TlsVersion.Tls12);
        var lines = seen.SuiteLines(IsCbc).ToList();
        if (lines.Count == 0)
        {
            return [seen.Spoken().Any(version => version.Suites.Count > 0)
                ? Description.Pass("No CBC suite is accepted.")
                : Description.Unexamined("Which suites are accepted was not learnt.", seen.GapsAbout("suite"))];
        }

        // Where a client of TLS 1.2 gets something better, they are there for old ones.
        var isLast = tls12 is null || tls12.Suites.Count == 0 || !IsCbc(tls12.Suites[0]) || tls12.ServerPreference == Answer.No && !tls12.Suites.All(IsCbc);
        return [isLast || seen.Features.EncryptThenMac == Answer.Yes
            ? Description.Note("CBC suites are accepted from clients that offer nothing better.", lines)
            : Description.Warning("CBC suites are preferred in TLS 1.2, or there is nothing else.", lines)];
    }

    private static bool IsCbc(CipherSuite suite) => suite.Cipher.Contains("_CBC", StringComparison.Ordinal);
}
