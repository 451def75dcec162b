using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>An address at which our engine terminates TLS; tells Kestrel which transport binds it.</summary>
internal sealed class TlsEndPoint(IPEndPoint address, TlsServer server) : EndPoint
{
    public IPEndPoint Address => address;

    public TlsServer Server => server;

    /// <inheritdoc/>
    public override string ToString() => address.ToString();
}
