using System.Text;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>The protocols agreed on by ALPN, as far as they can be read: in TLS 1.3 the answer is encrypted.</summary>
internal sealed class ApplicationProtocolsStep : IScanStep
{
    /// <summary>Of IANA's registry, those that servers behind TCP have.</summary>
    internal static readonly string[] Protocols =
    [
        "h2", "http/1.1", "http/1.0", "spdy/3.1", "imap", "pop3", "managesieve", "smtp", "xmpp-client", "xmpp-server", "ftp", "postgresql",
        "mqtt", "irc", "nntp", "dot", "acme-tls/1",
    ];

    /// <inheritdoc/>
    public string Name => "application protocols";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (seen.NewestBeforeTls13() is not (> TlsVersion.Ssl3 and { } newest) || seen.Find(newest) is not { } version)
            return all => all;
        var suites = version.Codes(_ => true);
        var found = await Elimination<int>.RunAsync(
            Enumerable.Range(0, Protocols.Length),
            left => scan.AskAsync(scan.Offer(newest, suites) with
            {
                Further = [ClientExtensions.ApplicationProtocols(left.Select(index => Protocols[index]))],
            }, stop),
            ChosenOf);
        if (!found.IsComplete)
            scan.AddGap("The application protocols may be more than are listed: the server did not always answer.");
        return all => all with { ApplicationProtocols = [.. all.ApplicationProtocols.Union(found.Accepted.Select(index => Protocols[index]))] };
    }

    /// <summary>The protocol's index (RFC 7301 section 3.1: a list with one name); one that was not offered is as good as none.</summary>
    private static int? ChosenOf(ServerFlight flight) =>
        flight.Hello?.Find(ExtensionType.ApplicationProtocols) is { Length: > 3 } data
            && Array.IndexOf(Protocols, Encoding.Latin1.GetString(data.AsSpan(3))) is >= 0 and var index ? index : null;
}
