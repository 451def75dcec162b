using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>How long, and where, the secrets of sessions are kept after them.</summary>
internal sealed class SessionCacheCheck : ServiceCheck
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        "config-session-cache", "Secrets of TLS 1.2 sessions are not kept for longer than a day",
        "To resume a TLS 1.2 session the server keeps its master secret, which opens what was recorded of it. Until it is forgotten, "
        + "a look into the server's memory, or the file it is in, is enough.",
        ["RFC 5246, appendix F.1.4", "RFC 9325, section 3.4", "Springall, Durumeric, Halderman (IMC 2016), section 4"],
        new Dictionary<string, string>
        {
            ["nginx"] = "ssl_session_timeout 10m; or ssl_session_cache off;",
            ["apache"] = "SSLSessionCacheTimeout 600, with SSLSessionCache shmcb:...",
            ["haproxy"] = "tune.ssl.lifetime 600, or tune.ssl.cachesize 0",
            ["postfix"] = "smtpd_tls_session_cache_database = (empty): tickets do the same without a file",
            ["dovecot"] = "Nothing is to be set.",
            ["fsp"] = "Nothing: TLS 1.2 is never resumed.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen)
    {
        var (kind, timeout) = service.SessionCache;
        if (!service.SpeaksTls12) return [Pass("TLS 1.3 alone is spoken, whose kept secrets open no recording")];
        if (kind.Value == SessionCacheKind.Off) return [Pass("No sessions are kept")];

        var place = timeout.Location ?? kind.Location;
        if (kind.Value is SessionCacheKind.Disk or SessionCacheKind.Elsewhere)
        {
            return [Find(FindingLevel.Warning, kind.Value == SessionCacheKind.Disk
                ? "Secrets of TLS 1.2 sessions are kept in a file, where deleted ones can outlast their time"
                : "Secrets of TLS 1.2 sessions are kept in another server, which is not looked at",
                    kind.Location, service, PastSessions.MayBeOpen)];
        }
        if (timeout.Value is not { } time)
            return [Find(FindingLevel.Unexamined, "How long sessions are kept could not be read", place, service, PastSessions.MayBeOpen)];
        return time > LongestTime
            ? [Find(FindingLevel.Warning, $"Secrets of TLS 1.2 sessions are kept for {Duration.ToText(time)}",
                place, service, PastSessions.ClosedButRecent)]
            : [Find(FindingLevel.Note, $"Secrets of TLS 1.2 sessions are kept in memory for {Duration.ToText(time)}",
                place, service, PastSessions.ClosedButRecent)];
    }
}
