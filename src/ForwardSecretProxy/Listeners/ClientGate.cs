using System.Net;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// Who a connection is from, and whether that client may have one more. Whoever does not pass costs no signature and no
/// handshake.
/// </summary>
/// <param name="patience">How long the PROXY protocol's header is waited for, on a connection that has no limit of its own.</param>
/// <param name="logger">Takes events 3050 to 3099, each at most once a minute.</param>
/// <param name="time">The clock.</param>
internal sealed partial class ClientGate(IdleClock patience, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly ClientLimits _limits = new(time);
    private readonly Pace _overLimit = new(LogInterval, time);
    private readonly Pace _untrusted = new(LogInterval, time);
    private readonly Pace _headless = new(LogInterval, time);
    private volatile TrustedProxies _trusted = TrustedProxies.None;

    /// <summary>Changes what is asked of connections that come from now on.</summary>
    public void Configure(ProxyOptions options)
    {
        _trusted = options.TrustedProxies;
        _limits.Configure(options.Limits);
    }

    /// <summary>Lets a connection pass, or not: then it is to be closed.</summary>
    /// <param name="connection">Nothing was read from it yet.</param>
    /// <param name="own">The connection's own address; null when it is gone already.</param>
    /// <param name="listener">Where it came by.</param>
    /// <exception cref="OperationCanceledException">The header did not come in time, or the listeners end.</exception>
    public async ValueTask<ServedClient?> PassAsync(IPrelude connection, IPEndPoint? own, ListenerOptions listener)
    {
        if (own is null) return null;
        if (own.Address.IsIPv4MappedToIPv6) own = new IPEndPoint(own.Address.MapToIPv4(), own.Port);
        var client = listener.AcceptProxyProtocol ? await ReadHeaderAsync(connection, own, listener) : own;
        if (client is null) return null;

        // Behind a proxy there are many.
        var seat = default(ClientSeat);
        if (_trusted.Contains(client.Address) || _limits.TryEnter(client.Address, out seat)) return new(client, seat);
        if (_overLimit.IsTime(out var count)) LogOverLimit(count);
        return null;
    }

    private async ValueTask<IPEndPoint?> ReadHeaderAsync(IPrelude connection, IPEndPoint own, ListenerOptions listener)
    {
        int count;
        if (!_trusted.Contains(own.Address))
        {
            if (_untrusted.IsTime(out count)) LogUntrusted(count, listener.Name);
            return null;
        }

        var client = await ProxyHeaderReader.ReadAsync(connection, own, patience.Token);
        if (client is null && _headless.IsTime(out count)) LogNoHeader(count, listener.Name);
        return client;
    }

    [LoggerMessage(3050, LogLevel.Warning, "{Count} connections were turned away: their client has too many, or they come "
        + "too fast (Limits:MaxConnectionsPerClient, Limits:MaxHandshakesPerClientPerSecond).")]
    private partial void LogOverLimit(int count);

    [LoggerMessage(3051, LogLevel.Warning, "{Count} connections were closed: they came to a listener with AcceptProxyProtocol "
        + "({Listener} the last one) and not from one of the TrustedProxies.")]
    private partial void LogUntrusted(int count, string listener);

    [LoggerMessage(3052, LogLevel.Warning, "{Count} connections of trusted proxies were closed: they did not begin with a valid "
        + "PROXY protocol header (listener {Listener} the last one). Is it switched on there?")]
    private partial void LogNoHeader(int count, string listener);
}
