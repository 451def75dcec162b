using System.Net.Sockets;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Listeners;

/// <summary>A listener with all it needs to accept.</summary>
/// <param name="Options">What the configuration says of it.</param>
/// <param name="Socket">Bound and listening. Two bindings with the same one are the same listener, changed.</param>
/// <param name="Tls">What its connections are served with; null for a listener without TLS.</param>
/// <param name="Relay">Where its connections go; null for HTTP.</param>
/// <param name="IsInherited">Whether the service manager holds the socket, too, and with it the queue of who waits.</param>
internal sealed record ListenerBinding(
    ListenerOptions Options, Socket Socket, TlsServer? Tls, RelayTarget? Relay, bool IsInherited)
{
    /// <summary>Whether connections begin in the clear and come to TLS later.</summary>
    public bool StartsInClear => Relay is { Options.StartTls: not StartTlsMode.Implicit };
}
