using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Session tickets of TLS 1.2 and before, at all.</summary>
public sealed class Tls12TicketsCheck(CheckLimits limits) : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "tls12-tickets",
        "Session tickets before TLS 1.3",
        "A ticket is the session's master secret under a key of the server, and it crosses the wire in the clear before the "
        + "handshake ends. Whoever recorded it and later gets the ticket key opens the session that it resumes and the one in which it "
        + "was issued, whatever key exchange that had: both have the same master secret.",
        [
            "RFC 5077 sections 3.3 and 4", "RFC 9325 sections 3.4 and 7.3",
            "Springall, Durumeric, Halderman: Measuring the Security Harm of TLS Crypto Shortcuts, IMC 2016",
        ],
        ResumptionMends.Tickets);

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var tickets = seen.Tls12Tickets;
        return [tickets.Issued switch
        {
            Answer.Yes => Issued(tickets),
            Answer.No => Description.Pass("No session tickets are issued before TLS 1.3."),
            _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken."),
            _ => Description.UnexaminedVital("Whether session tickets are issued before TLS 1.3 was not learnt.", seen.GapsAbout("ticket", "resum")),
        }];
    }

    private Finding Issued(Tls12TicketObservation tickets)
    {
        string[] evidence =
        [
            $"{tickets.Samples.Count} tickets seen",
            tickets.Resumes switch
            {
                Answer.Yes => "a ticket resumes its session",
                Answer.No => "no ticket resumed, yet each holds its session's secret",
                _ => "whether a ticket resumes was not learnt",
            },
        ];
        return TicketKeys.AreReplacedWithin(TicketKeys.Recognise(tickets.Samples), limits.Secrets)
            ? Description.Warning("TLS 1.2 session tickets are issued, whose keys are replaced in time; those of the last ones open recent sessions.", evidence)
                .For(PastSessions.ClosedButRecent)
            : Description.Warning("TLS 1.2 session tickets are issued, and their key opens every session that they were issued in, for as long as it exists.", evidence)
                .For(PastSessions.MayBeOpen);
    }
}
