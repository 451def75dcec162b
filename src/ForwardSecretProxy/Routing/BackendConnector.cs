using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Connects YARP's HTTP client to a service: on our own pollers, where .NET's sockets would hand every answer from
/// their thread to the pool, and never more connections at once than there may be.
/// </summary>
/// <param name="limit">How many.</param>
/// <param name="timeout">How long a connection may take in all.</param>
internal sealed class BackendConnector(BackendLimit limit, TimeSpan timeout)
{
    /// <summary>Connects to the first of the name's addresses that answers.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        await limit.EnterAsync(cancellationToken);
        try
        {
            var addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
            return new BackendStream(
                await ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken), limit);
        }
        catch
        {
            limit.Leave();
            throw;
        }
    }

    private static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, cancellationToken);

    private async ValueTask<PolledSocket> ConnectAsync(
        IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
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
