using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether there are suites that need no secret to be broken.</summary>
internal sealed class WeakSuiteCheck : ServiceCheck
{
    private static readonly string[] Weak = ["RC4_", "3DES_", "DES_", "RC2_", "IDEA_"];

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-weak-suites", "No suite without encryption, without authentication, or with a broken cipher",
        "Suites without encryption, and those of export strength, are read by whoever records them. RC4 and ciphers with blocks of 64 bits "
        + "give away parts of what is sent often. Without authentication anybody between the two can pose as the server.",
        ["RFC 9325, section 4.1", "RFC 7465", "RFC 7568", "Bhargavan, Leurent: Sweet32 (CCS 2016)"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
            ["apache"] = "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20",
            ["haproxy"] = "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
            ["postfix"] = "smtpd_tls_exclude_ciphers = eNULL, EXPORT, RC4, DES, 3DES, RC2, IDEA; with encrypt also aNULL",
            ["dovecot"] = "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        // That a string could not be expanded is said by the check of static key exchange, and is no pass here either.
        if (service.SpeaksTls12 && service.Suites.Problem is not null)
            return [Find(FindingLevel.Unexamined, "The suites are not known", service.CipherString.Location, service)];
        var suites = service.SpeaksTls12 ? service.Suites.Older : [];
        List<Finding> found =
        [
            .. Any(suites, suite => suite.Cipher.StartsWith("NULL", StringComparison.Ordinal) || suite.IsExport,
                FindingLevel.Failure, "Suites without encryption, or of export strength, can be chosen", PastSessions.Open, service),
            .. Any(suites, suite => Weak.Any(cipher => suite.Cipher.StartsWith(cipher, StringComparison.Ordinal)),
                FindingLevel.Warning, "Suites with broken ciphers can be chosen", PastSessions.Closed, service),
            // Between mail servers nobody looks at the certificate, and Postfix's manual advises to leave these in.
            .. Any(suites, suite => suite.KeyExchange is KeyExchange.AnonymousDh or KeyExchange.AnonymousEcdh,
                seen.Software == "postfix" ? FindingLevel.Note : FindingLevel.Warning,
                "Suites without authentication can be chosen", PastSessions.Closed, service),
        ];
        return found.Count > 0 ? found : [Pass("Every suite encrypts, authenticates, and has a cipher that holds")];
    }

    private IEnumerable<Finding> Any(
        IReadOnlyList<CipherSuite> suites, Func<CipherSuite, bool> isSuch, FindingLevel level, string message,
        PastSessions past, ServiceObservation service)
    {
        const int mostNames = 6;
        var such = suites.Where(isSuch).Select(suite => $"suite: {suite.Name}").ToList();
        if (such.Count == 0) yield break;
        yield return Find(level, message, service.CipherString.Location, service, past) with
        {
            Evidence = [$"expanded by {service.Suites.ExpandedBy}", .. such.Take(mostNames)],
        };
    }
}
