using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>How long the server says that its tickets are good.</summary>
public sealed class TicketLifetimeHintCheck(CheckLimits limits) : IEndpointCheck
{
    private const uint SevenDays = 604800;

    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "ticket-lifetime-hint",
        "Life time that tickets claim",
        "A ticket that is honoured for days needs a key that is kept for days. In TLS 1.3 seven days is the most that a server "
        + "may say.",
        ["RFC 5077 sections 3.3 and 5.6", "RFC 8446 section 4.6.1", "RFC 9325 sections 3.4 and 7.3"],
        Mends.Of(
            nginx: "ssl_session_timeout 1d;",
            apache: "SSLSessionCacheTimeout 86400",
            haproxy: "tune.ssl.lifetime 86400",
            postfix: "smtpd_tls_session_cache_timeout = 3600s",
            fsp: "Tls:Resumption:Lifetime, which is 2h unless set"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var limit = (uint)limits.Secrets.TotalSeconds;
        return
        [
            Judge(seen.Tls12Tickets.Issued, seen.SpeaksBefore13(), seen.Tls12Tickets.Samples, "before TLS 1.3", limit),
            Judge(seen.Tls13Resumption.Issued, seen.Speaks(TlsVersion.Tls13), seen.Tls13Resumption.Samples, "of TLS 1.3", SevenDays),
        ];
    }

    private Finding Judge(Answer issued, Answer spoken, IReadOnlyList<TicketSample> samples, string which, uint limit)
    {
        if (issued == Answer.No || spoken == Answer.No)
            return Description.Pass($"No session tickets {which} are issued.");
        if (samples.Count == 0)
            return Description.Unexamined($"No session ticket {which} was seen.");
        var longest = samples.Max(ticket => ticket.LifetimeHint);
        return longest > limit
            ? Description.Warning($"Session tickets {which} claim to be good for {Duration.ToText(longest)}, more than {Duration.ToText(limit)}.")
            : Description.Pass(longest == 0
                ? $"Session tickets {which} do not say how long they are good."
                : $"Session tickets {which} are good for {Duration.ToText(longest)}.");
    }
}
