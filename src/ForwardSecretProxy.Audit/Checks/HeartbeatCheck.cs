using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The heartbeat extension.</summary>
public sealed class HeartbeatCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "heartbeat",
        "Heartbeat extension",
        "Nobody needs it over TCP, and its code in OpenSSL once gave out the server's memory, private key included.",
        ["RFC 6520", "CVE-2014-0160 (Heartbleed)"],
        Mends.Of(
            nginx: "OpenSSL 1.1.1 or newer, which has none",
            apache: "OpenSSL 1.1.1 or newer, which has none",
            haproxy: "OpenSSL 1.1.1 or newer, which has none",
            postfix: "OpenSSL 1.1.1 or newer, which has none",
            dovecot: "OpenSSL 1.1.1 or newer, which has none",
            fsp: "nothing"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen) => [seen.Features.Heartbeat switch
    {
        Answer.Yes => Description.Warning("The heartbeat extension is answered."),
        Answer.No => Description.Pass("The heartbeat extension is not answered."),
        _ => Description.Unexamined("Whether the heartbeat extension is answered was not learnt.", seen.GapsAbout("heartbeat")),
    }];
}
