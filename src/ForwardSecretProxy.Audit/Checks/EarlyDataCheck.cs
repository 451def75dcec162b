using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Data in the first flight of TLS 1.3 (0-RTT).</summary>
public sealed class EarlyDataCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "early-data",
        "Data before the key exchange (0-RTT)",
        "Early data are encrypted with keys from the ticket alone: whoever gets the ticket's key later reads them, although the rest "
        + "of the session stays closed. They can also be replayed.",
        ["RFC 8446 sections 2.3 and 8, appendix E.5", "RFC 8470", "RFC 9325 section 3.10"],
        Mends.Of(
            nginx: "ssl_early_data off;",
            apache: "nothing: it has no early data",
            haproxy: "no allow-0rtt on bind lines",
            fsp: "nothing: it cannot be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var resumption = seen.Tls13Resumption;
        var allowed = FormattableString.Invariant($"tickets allow {resumption.MaxEarlyData} bytes");
        return [resumption.AcceptsEarlyData switch
        {
            Answer.Yes => Description.Warning("Early data are accepted, and the key of the ticket opens them later.", allowed).For(PastSessions.MayBeOpen),
            Answer.No when resumption.MaxEarlyData > 0 => Description.Note("Tickets allow early data, which were not accepted.", allowed),
            Answer.No => Description.Pass("Early data are not accepted."),
            _ when seen.Speaks(TlsVersion.Tls13) == Answer.No => Description.Pass("TLS 1.3 is not spoken."),
            _ when resumption.Issued == Answer.No => Description.Pass("There are no tickets with which early data could come."),
            _ => Description.Unexamined("Whether early data are accepted was not learnt.", seen.GapsAbout("early", "ticket", "resum")),
        }];
    }
}
