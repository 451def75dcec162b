using System.Net;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Strict-Transport-Security of a server that speaks HTTP.</summary>
public sealed class StrictTransportCheck : IEndpointCheck
{
    private const int RecommendedDays = 180;

    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "strict-transport-security",
        "Strict-Transport-Security",
        "Without it a browser's first request goes out in the clear, and whoever sits between keeps it there.",
        ["RFC 6797"],
        Mends.Of(
            nginx: "add_header Strict-Transport-Security \"max-age=63072000\" always;",
            apache: "Header always set Strict-Transport-Security \"max-age=63072000\"",
            haproxy: "http-response set-header Strict-Transport-Security max-age=63072000",
            fsp: "Hsts:MaxAge, such as 730d"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.StartTls is not null)
            return [Description.Pass($"It does not concern {seen.StartTls}.")];
        if (seen.Http is not { } answer)
            return [Description.Unexamined("No answer to an HTTP request was seen; the server may speak another protocol.", seen.GapsAbout("HTTP"))];
        if (IPAddress.TryParse(seen.ServerName ?? seen.Host, out _) || (seen.ServerName ?? seen.Host).Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return [Description.Note("Strict-Transport-Security does not hold for addresses (RFC 6797 section 8.1.1).", Evidence(answer))];
        return [answer.StrictTransportSecurity is null
            ? Description.Warning("The answer has no Strict-Transport-Security.")
            : StrictTransportHeader.MaxAge(answer.StrictTransportSecurity) switch
            {
                null => Description.Warning("Strict-Transport-Security has no max-age, so browsers ignore it.", Evidence(answer)),
                0 => Description.Warning("Strict-Transport-Security is switched off by max-age=0.", Evidence(answer)),
                < RecommendedDays * 86400L => Description.Note($"Strict-Transport-Security holds for less than {RecommendedDays} days.", Evidence(answer)),
                var seconds => Description.Pass($"Strict-Transport-Security holds for {Duration.ToText(Math.Min(seconds.Value, 1e10))}."),
            }];
    }

    private static IEnumerable<string> Evidence(HttpObservation answer) => answer.StrictTransportSecurity is { } value ? [value] : [];
}
