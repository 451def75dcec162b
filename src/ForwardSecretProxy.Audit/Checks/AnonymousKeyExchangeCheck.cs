using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Suites in which the server proves nothing.</summary>
public sealed class AnonymousKeyExchangeCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "anonymous-key-exchange",
        "Key exchange without authentication",
        "Nothing ties the key share to the server's certificate, so that whoever sits between can take part in every session "
        + "and read it as it passes. A mail server on port 25 may accept it from senders that verify nobody anyway.",
        ["RFC 5246 section F.1.1.1", "RFC 9325 section 4.1", "RFC 7672 section 8.2 (SMTP)"],
        Mends.Of(
            nginx: "ssl_ciphers with !aNULL",
            apache: "SSLCipherSuite with !aNULL",
            haproxy: "ssl-default-bind-ciphers with !aNULL",
            postfix: "smtpd_tls_exclude_ciphers = aNULL",
            dovecot: "ssl_cipher_list with !aNULL",
            fsp: "nothing: no such suite can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var lines = seen.SuiteLines(suite => suite.Authentication == Authentication.None).ToList();
        if (lines.Count > 0)
        {
            // Postfix accepts these by default: a sender that does not verify loses nothing by them.
            const string message = "Suites are accepted in which the server proves nothing.";
            return [seen.StartTls == "smtp" ? Description.Note(message, lines) : Description.Failure(message, lines)];
        }

        return [seen.Spoken().Any(version => version.Suites.Count > 0)
            ? Description.Pass("Every suite that is accepted authenticates the server.")
            : Description.Unexamined("Which suites are accepted was not learnt.", seen.GapsAbout("suite"))];
    }
}
