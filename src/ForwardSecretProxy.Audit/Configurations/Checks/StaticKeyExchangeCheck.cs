using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether there are suites whose sessions the certificate's key opens.</summary>
internal sealed class StaticKeyExchangeCheck : ServiceCheck
{
    private const int MostNames = 8;

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-static-key-exchange", "Every suite has an ephemeral key exchange",
        "With static RSA or static Diffie-Hellman the session's key is sent under the certificate's key. Whoever gets that key, years "
        + "later, reads everything that was recorded.",
        ["RFC 9325, section 4.1", "RFC 7525, section 4.1", "RFC 8446, section 1.2"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
            ["apache"] = "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20",
            ["haproxy"] = "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20, and no other on bind lines",
            ["postfix"] = "tls_preempt_cipherlist = yes; smtpd_tls_exclude_ciphers = kRSA, kDHr, kDHd, kECDHr, kECDHe, aNULL "
                + "(and the same for smtpd_tls_mandatory_exclude_ciphers)",
            ["dovecot"] = "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
            ["fsp"] = "Nothing: there is no setting for it.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        if (!service.SpeaksTls12) return [Pass("TLS 1.3 alone is spoken, whose key exchange is ephemeral always")];
        var (ciphers, suites) = (service.CipherString, service.Suites);
        if (suites.Problem is { } problem)
        {
            return [Find(FindingLevel.Unexamined, $"The cipher string \"{ciphers.Value}\" could not be expanded: {problem}",
                ciphers.Location, service, PastSessions.MayBeOpen)];
        }

        var usable = suites.Older.Where(suite => CanBeChosen(suite, service)).ToList();
        var open = usable.Where(suite => !suite.IsEphemeral).ToList();
        if (open.Count == 0) return [Pass("Every suite that can be chosen has an ephemeral key exchange")
            with { Evidence = [suites.ExpandedBy] }];
        var isPreferred = service.ServerPreference.Value == Answer.Yes && usable[0] == open[0];
        return
        [
            Find(FindingLevel.Failure, isPreferred
                    ? "The server prefers a suite whose sessions the certificate's key opens"
                    : "Clients that want them get suites whose sessions the certificate's key opens",
                ciphers.Location, service, isPreferred ? PastSessions.Open : PastSessions.SomeAreOpen) with
            {
                Evidence =
                [
                    $"cipher string: {ciphers.Value}{(ciphers.Location is null ? $" ({ciphers.Default})" : "")}",
                    $"expanded by {suites.ExpandedBy}; the system's openssl.cnf can change it",
                    .. open.Take(MostNames).Select(suite => $"suite: {suite.Name}"),
                    .. open.Count > MostNames ? [$"and {open.Count - MostNames} more suites"] : (string[])[],
                ],
            },
        ];
    }

    // A suite takes a key of its kind. Where every key was seen, and none is such a one, it is never chosen; nor is one with a
    // finite field where there are no parameters.
    private static bool CanBeChosen(CipherSuite suite, ServiceObservation service)
    {
        if (suite.KeyExchange is KeyExchange.Dhe or KeyExchange.AnonymousDh && service.DhParameters is null) return false;
        var wanted = suite.Authentication switch
        {
            Authentication.Rsa => "RSA",
            Authentication.Ecdsa => "EC",
            _ => null,
        };
        return wanted is null || service.Keys.Count == 0 || service.Keys.Any(key => key.Algorithm is null || key.Algorithm == wanted);
    }
}
