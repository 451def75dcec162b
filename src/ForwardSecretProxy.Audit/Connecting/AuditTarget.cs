using System.Net;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>A server that is audited.</summary>
/// <param name="Host">A host name in ASCII, or an address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="StartTls">The protocol spoken before TLS; null for TLS from the first byte.</param>
public sealed record AuditTarget(string Host, int Port, StartTlsProtocol? StartTls = null)
{
    private const int HttpsPort = 443;

    /// <summary>
    /// The name to send in SNI: the host's own unless another was given, without a dot at its end, and none for an address (RFC 6066
    /// section 3).
    /// </summary>
    public string? ServerName { get; init; } = IPAddress.TryParse(Host, out _) ? null : Host.TrimEnd('.');

    /// <summary>Reads <c>HOST[:PORT]</c>, an IPv6 address in brackets. Without a port it is 443, or the protocol's own.</summary>
    /// <exception cref="AuditTargetException">It is not one.</exception>
    public static AuditTarget Parse(string text, StartTlsProtocol? startTls = null) =>
        HostAndPort.TryParse(text, out var parsed)
            ? new AuditTarget(parsed.Host, parsed.Port ?? startTls?.DefaultPort() ?? HttpsPort, startTls)
            : throw new AuditTargetException(
                [$"\"{ServerWords.Read(text)}\" is not HOST[:PORT]; write, for example, example.org, 192.0.2.1:8443 or [2001:db8::1]:443"]);

    /// <inheritdoc/>
    public override string ToString() => HostAndPort.Format(Host, Port);
}
