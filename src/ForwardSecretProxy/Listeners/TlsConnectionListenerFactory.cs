using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ForwardSecretProxy.Listeners;

/// <summary>Kestrel's way to a listener of ours: binds every <see cref="TlsEndPoint"/> and nothing else.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class TlsConnectionListenerFactory(
    HandshakeAdmission admission,
    ConnectionLimit limit,
    IOptions<KestrelServerOptions> kestrel,
    ILogger<TlsConnectionListener> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>As long as the kernel allows by default (net.core.somaxconn): a burst waits instead of being refused.</summary>
    private const int Backlog = 4096;

    public bool CanBind(EndPoint endpoint) => endpoint is TlsEndPoint;

    /// <exception cref="AddressInUseException">Somebody listens there already.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var tls = (TlsEndPoint)endpoint;
        var socket = new Socket(tls.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (tls.Address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(tls.Address);
            socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            if (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
                throw new AddressInUseException($"{tls.Address} is in use by another program.", exception);
            throw;
        }

        return new(new TlsConnectionListener(
            socket, tls.Server, admission, limit, kestrel.Value.Limits.KeepAliveTimeout, logger));
    }
}
