using System.Diagnostics.CodeAnalysis;
using System.Net;
using ForwardSecretProxy.Audit.Connecting;

namespace ForwardSecretProxy.Bench;

/// <summary>The server that is measured, as it was written.</summary>
/// <param name="Host">A host name or an address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record BenchTarget(string Host, int Port)
{
    /// <summary>The name to send in SNI: none for an address (RFC 6066 section 3).</summary>
    public string? ServerName => IPAddress.TryParse(Host, out _) ? null : Host;

    /// <summary>Reads <c>HOST:PORT</c>, an IPv6 address in brackets.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BenchTarget? target)
    {
        target = HostAndPort.TryParse(text, out var parsed) && parsed.Port is { } port ? new BenchTarget(parsed.Host, port) : null;
        return target is not null;
    }

    /// <summary>
    /// Whether load may be sent without the owner's word: only when there are addresses and every one is this machine's
    /// own (127.0.0.0/8, ::1, or the former in IPv6's clothes). A name with one foreign address is foreign.
    /// </summary>
    public static bool IsLoopback(IReadOnlyCollection<IPAddress> addresses) =>
        addresses.Count > 0 && addresses.All(IPAddress.IsLoopback);

    /// <inheritdoc/>
    public override string ToString() => HostAndPort.Format(Host, Port);
}
