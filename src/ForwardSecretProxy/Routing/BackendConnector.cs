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
            return new BackendStream(
                await Dialer.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, timeout, cancellationToken), limit);
        }
        catch
        {
            limit.Leave();
            throw;
        }
    }
}
