using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>How long the key behind TLS 1.2 session tickets was seen to live.</summary>
public sealed class TicketKeyLifetimeCheck(CheckLimits limits) : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "ticket-key-lifetime",
        "Life time of the ticket key",
        "The ticket key opens every TLS 1.2 session that was recorded with a ticket under it. What a server says about a ticket's "
        + "life time says nothing about the key's: only the same key name over time does. Many servers keep one key until they restart.",
        [
            "RFC 5077 sections 4 and 5.5", "RFC 9325 sections 3.4 and 7.3",
            "Springall, Durumeric, Halderman: Measuring the Security Harm of TLS Crypto Shortcuts, IMC 2016",
        ],
        ResumptionMends.TicketKeys);

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.Tls12Tickets.Issued == Answer.No || seen.Tls12Tickets.Issued == Answer.Unknown && seen.SpeaksBefore13() == Answer.No)
            return [Description.Pass("There are no session tickets before TLS 1.3, and no key of them.")];

        var keys = TicketKeys.Recognise(seen.Tls12Tickets.Samples);
        if (keys.Count == 0)
        {
            return [Description.Unexamined(
                "No key name was recognised in the session tickets: too few were seen, or the server does not name its keys.",
                seen.GapsAbout("ticket"))];
        }

        var lines = keys.Select(Line).ToList();
        var limit = Duration.ToText(limits.Secrets);
        var longest = Duration.ToText(keys.Max(key => key.Observed));
        if (TicketKeys.OutliveAny(keys, limits.Secrets))
        {
            var exposure = seen.Speaks(TlsVersion.Tls13) == Answer.Yes ? PastSessions.SomeAreOpen : PastSessions.Open;
            return [Description.Failure($"One ticket key was in use for {longest}, longer than {limit}, and opens the TLS 1.2 sessions of all that time.", lines).For(exposure)];
        }

        return [TicketKeys.AreReplacedWithin(keys, limits.Secrets)
            ? Description.Note($"Ticket keys are replaced; the longest was seen for {longest}.", lines).For(PastSessions.ClosedButRecent)
            : Description.Unexamined($"A ticket key was recognised and seen for {longest}; how long it lives shows only over time (--watch).", lines).For(PastSessions.MayBeOpen)];
    }

    private static string Line(TicketKey key) => FormattableString.Invariant(
        $"key {key.Name}: {key.Tickets} tickets from {key.First:u} to {key.Last:u}");
}
