using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Routing;

/// <summary>Connects to a service by its host's name or address.</summary>
internal static class Dialer
{
    /// <summary>Connects to the first of the host's addresses that answers.</summary>
    /// <param name="host">An IP address, or a name that is looked up.</param>
    /// <param name="port">The port.</param>
    /// <param name="timeout">How long it may take in all; several addresses share it.</param>
    /// <param name="cancellationToken">Ends it when that time has passed.</param>
    /// <exception cref="SocketException">None answers, or the name is unknown.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async ValueTask<PolledSocket> ConnectAsync(
        string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out var known)
            ? [known] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        SocketException? refusal = null;
        for (var left = addresses.Length; left > 0; left--)
        {
            // An address that swallows what is sent to it does not use up the time of those after it.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (left > 1) patience.CancelAfter(timeout / addresses.Length);
            try
            {
                return await PolledSocket.ConnectAsync(new IPEndPoint(addresses[^left], port), patience.Token);
            }
            catch (SocketException exception)
            {
                refusal = exception;
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                refusal = new SocketException((int)SocketError.TimedOut);
            }
        }

        throw refusal ?? new SocketException((int)SocketError.HostNotFound);
    }
}
