using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether finite-field parameters are long enough, and sound.</summary>
internal sealed class DhParametersCheck : ServiceCheck
{
    private const int Shortest = 2048;
    private const int Breakable = 1024;

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-dh-parameters", "Finite-field parameters have 2048 bits or more and a safe prime",
        "One prime serves every session. Up to 1024 bits, somebody with means works it out once and then opens each session in minutes; "
        + "a prime that was not made well can be opened by whoever made it.",
        ["RFC 7919", "RFC 9325, sections 4.1 and 4.5", "Adrian et al.: Imperfect Forward Secrecy, weakdh.org (CCS 2015)"],
        new Dictionary<string, string>
        {
            ["nginx"] = "Remove ssl_dhparam (DHE is then not offered), or name a file with ffdhe2048 or longer.",
            ["apache"] = "Remove the DH PARAMETERS block from SSLCertificateFile, or SSLOpenSSLConfCmd DHParameters: "
                + "httpd has good ones built in.",
            ["haproxy"] = "tune.ssl.default-dh-param 2048, and no shorter parameters in ssl-dh-param-file or certificates.",
            ["postfix"] = "Remove smtpd_tls_dh1024_param_file: Postfix has good ones built in.",
            ["dovecot"] = "Remove ssl_dh (ssl_server_dh_file), or name a file with ffdhe2048 or longer.",
            ["fsp"] = "Nothing: finite fields are not offered.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        var isUsed = service.SpeaksTls12
            && (service.Suites.Problem is not null
                || service.Suites.Older.Any(suite => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.AnonymousDh));
        if (!isUsed || service.DhParameters is not { } source) return [Pass("No finite-field key exchange is offered")];

        if (source.Problem is { } problem)
            return [Find(FindingLevel.Unexamined, $"The DH parameters in {source.Source} could not be read: {problem}",
                source.Location, service)];
        if (source.IsPrime == Answer.No)
        {
            return [Find(FindingLevel.Failure, $"The modulus of the DH parameters in {source.Source} is not a prime",
                source.Location, service, PastSessions.MayBeOpen)];
        }
        if (source.Bits <= Breakable)
        {
            return [Find(FindingLevel.Failure,
                $"The DH parameters have {source.Bits} bits, which can be computed backwards: {source.Source}",
                source.Location, service, PastSessions.MayBeOpen) with { Evidence = Known(source) }];
        }
        if (source.Bits < Shortest)
        {
            return [Find(FindingLevel.Warning,
                $"The DH parameters have {source.Bits} bits, and {Shortest} are the least today: {source.Source}",
                source.Location, service) with { Evidence = Known(source) }];
        }
        return source.IsSafePrime switch
        {
            Answer.No => [Find(FindingLevel.Warning, $"The prime of the DH parameters in {source.Source} is not a safe one",
                source.Location, service)],
            Answer.Unknown when source.KnownAs is null =>
                [Find(FindingLevel.Note, $"The prime of the DH parameters in {source.Source} is too long to be tested",
                    source.Location, service)],
            _ => [Pass($"The DH parameters are sound: {source.Source}{(source.Bits is { } bits ? $", {bits} bits" : "")}")
                with { Evidence = Known(source) }],
        };
    }

    private static string[] Known(DhParametersSource source) => source.KnownAs is { } name ? [$"known as {name}"] : [];
}
