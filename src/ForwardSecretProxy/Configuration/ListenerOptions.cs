using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Listeners</c>: an address that answers with TLS, or one that only sends clients there.</summary>
internal sealed record ListenerOptions
{
    /// <summary>The entry's name, for messages and logs.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>Address</c>: an IP address and a port. <c>0.0.0.0</c> is every IPv4 interface, <c>[::]</c> every interface
    /// of both families; port 0 lets the system choose. No default. Example: <c>"0.0.0.0:443"</c>.
    /// </summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>
    /// <c>Certificates</c>: names from the <c>Certificates</c> section. A client gets the one for the name it asks
    /// for, RSA or ECDSA as it can; the first also answers clients that send no name. Default: all of them, in the
    /// order of their names, because most files have one. Example: <c>[ "web-ecdsa", "web-rsa" ]</c>.
    /// </summary>
    public required IReadOnlyList<string> Certificates { get; init; }

    /// <summary><c>ClientCertificates</c>: whose certificates clients are asked for; null, the default, when they are not.</summary>
    public ClientCertificateOptions? ClientCertificates { get; init; }

    /// <summary>
    /// <c>AcceptProxyProtocol</c>: whether each connection begins with a header of the PROXY protocol, version 1 or 2, that
    /// says who the client is. It must, then, and must come from one of <c>TrustedProxies</c>; anything else is closed.
    /// Default <c>false</c>: without a load balancer that sends it there would be nothing but closed connections.
    /// </summary>
    public bool AcceptProxyProtocol { get; init; }

    /// <summary>
    /// <c>AcmeChallengeFolder</c>: where an ACME client, <c>fsp acme</c> or another, puts its answers to challenges, one file each.
    /// A redirect listener serves those to http-01 (RFC 8555 section 8.3) at <c>/.well-known/acme-challenge/</c>; a listener that
    /// begins with TLS shows those to tls-alpn-01 (RFC 8737). Default: none, and nobody who asks for an answer gets one. Example:
    /// <c>"/var/lib/fsp/acme"</c>.
    /// </summary>
    public string? AcmeChallengeFolder { get; init; }

    /// <summary>What a listener with <c>"Protocol": "redirect"</c> does; null for one that serves.</summary>
    public RedirectOptions? Redirect { get; init; }

    /// <summary>Where a listener of a mail protocol, or of plain TCP, relays to; null for HTTP.</summary>
    public RelayOptions? Relay { get; init; }

    /// <summary>Whether it serves HTTPS.</summary>
    public bool ServesHttp => Redirect is null && Relay is null;

    /// <summary><c>Protocol</c>, as the configuration spells it.</summary>
    public string ProtocolName => Relay?.Protocol.ToString().ToLowerInvariant() ?? (Redirect is null ? "http" : "redirect");
}

/// <summary>A listener without TLS, which answers with the https address of what was asked for, and serves nothing.</summary>
internal sealed record RedirectOptions
{
    /// <summary>
    /// <c>HttpsPort</c>: the port in the addresses that clients are sent to. Default 443. Example: <c>8443</c>.
    /// </summary>
    public int HttpsPort { get; init; } = 443;
}
