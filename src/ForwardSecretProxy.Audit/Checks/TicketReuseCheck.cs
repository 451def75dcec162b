using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A TLS 1.3 ticket that is accepted twice.</summary>
public sealed class TicketReuseCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "ticket-reuse",
        "Tickets that are good more than once",
        "A ticket that a client shows twice links its visits for whoever watches, and early data under it can be replayed. It opens "
        + "no past session as long as each resumption makes a new key exchange.",
        ["RFC 8446 section 8.1 and appendix C.4", "RFC 9325 sections 3.4 and 7.3"],
        Mends.Of(
            nginx: "nothing: with ssl_early_data off; it is about linking visits only",
            apache: "nothing: it has no early data",
            haproxy: "no allow-0rtt on bind lines",
            fsp: "nothing: each ticket is used once"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var resumption = seen.Tls13Resumption;
        return [resumption.ResumesTwice switch
        {
            Answer.Yes when resumption.AcceptsEarlyData == Answer.Yes =>
                Description.Warning("A TLS 1.3 ticket is accepted twice, and early data with it: requests can be replayed."),
            Answer.Yes => Description.Note("A TLS 1.3 ticket is accepted twice, which links a client's visits; past sessions stay closed."),
            Answer.No => Description.Pass("A TLS 1.3 ticket is accepted once."),
            _ when seen.Speaks(TlsVersion.Tls13) == Answer.No || resumption.Issued == Answer.No
                || resumption is { ResumesWithKeyExchange: Answer.No, ResumesWithoutKeyExchange: Answer.No } =>
                Description.Pass("Nothing is resumed in TLS 1.3."),
            _ => Description.Unexamined("Whether a TLS 1.3 ticket is accepted twice was not learnt.", seen.GapsAbout("ticket", "resum")),
        }];
    }
}
