using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Mail;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Relaying;

/// <summary>Serves the connections of relaying listeners: before their TLS, where there is something before, and after.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed partial class RelayService(
    RelaySet relays, RelayMetrics metrics, RelayConnector connector, ILogger<RelayService> logger)
{
    /// <summary>How long a client may talk before TLS where TLS is required: all there is to say is STARTTLS.</summary>
    private static readonly TimeSpan TalkTime = TimeSpan.FromSeconds(60);

    /// <summary>How long a client that was sent away in the clear may take to read why.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private readonly Pace _injections = new(TimeSpan.FromMinutes(1), TimeProvider.System);
    private readonly ILogger _logger = logger;

    /// <summary>Begins to count what comes for a target, and to look after its backends.</summary>
    public void Begin(RelayTarget target)
    {
        // So that all counters are there, and zero, before anything happens.
        _ = metrics.Of(target);
        HealthChecks.Begin(target, connector);
    }

    /// <summary>
    /// Speaks with a client in the clear until it wants TLS and has been told to begin.
    /// </summary>
    /// <returns>Whether TLS is to begin; otherwise the connection has been served to its end.</returns>
    public async Task<bool> TalkAsync(PolledSocket socket, ServedClient client, RelayTarget target)
    {
        var isOpportunistic = target.Options.StartTls == StartTlsMode.Opportunistic;
        var end = new PlainEnd(socket);
        var relay = new Relay(end, metrics.Of(target), target.Options.IdleTimeout, isOpportunistic ? null : TalkTime);
        relays.Add(relay);
        try
        {
            if (socket.LocalEndPoint is not { } local) return false;
            var words = isOpportunistic
                ? await RelayInClearAsync(relay, new RelayedClient(client.EndPoint, local, null), target)
                : await GreetAsync(relay, target);
            // Something may have come in the meantime: whoever answers the 220 with TLS waits for it.
            var isInjected = words.Reason == SessionEndReason.Injected
                || (words.Reason == SessionEndReason.StartTls && socket.HasArrived());
            if (isInjected)
            {
                relay.Counters.Injected();
                if (_injections.IsTime(out var count)) LogInjected(count, target.Listener);
                words = new(SessionEndReason.Closed, new MailProtocol(target.Options.Protocol).Greet(target.HostName).Injected);
            }

            if (!words.Answer.IsEmpty && !await relay.TryWriteAsync(end, words.Answer, fromClient: false)) return false;
            if (words.Reason == SessionEndReason.StartTls)
            {
                relay.Counters.Upgraded();
                return true;
            }

            await LingerAsync(socket);
            return false;
        }
        catch (IOException)
        {
            // The client has gone, or its time was over.
            return false;
        }
        finally
        {
            relays.Remove(relay);
        }
    }

    /// <summary>Relays a connection to a backend until it ends. Closes it, and gives up the client's seat.</summary>
    /// <param name="connection">After its handshake.</param>
    /// <param name="client">Whose it is.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="isGreeted">Whether it began with STARTTLS.</param>
    public async Task ServeAsync(TlsConnection connection, ServedClient client, RelayTarget target, bool isGreeted)
    {
        var relay = new Relay(new TlsEnd(connection), metrics.Of(target), target.Options.IdleTimeout);
        relays.Add(relay);
        try
        {
            if (connection.LocalEndPoint is { } local)
                await RelayAsync(relay, new RelayedClient(client.EndPoint, local, connection.Session), target, isGreeted);
            await connection.CloseAsync();
        }
        finally
        {
            connection.Dispose();
            relays.Remove(relay);
            client.Seat.Leave();
        }
    }

    private async Task RelayAsync(Relay relay, RelayedClient client, RelayTarget target, bool isGreeted)
    {
        using var backend = await connector.ConnectAsync(relay, client, target);
        if (backend is null)
        {
            if (target.Options.Protocol != RelayProtocol.Tcp)
                await relay.TryWriteAsync(relay.Client, new MailProtocol(target.Options.Protocol).Unavailable(target.HostName), fromClient: false);
            return;
        }

        if (target.Options.Protocol == RelayProtocol.Tcp)
        {
            await Task.WhenAll(relay.PumpAsync(relay.Client, backend), relay.PumpAsync(backend, relay.Client));
            return;
        }

        using var session = Session(relay, backend, target, isClear: false, isGreeted);
        await session.RunAsync();
    }

    private async Task<SessionEnd> RelayInClearAsync(Relay relay, RelayedClient client, RelayTarget target)
    {
        using var backend = await connector.ConnectAsync(relay, client, target);
        if (backend is null) return new(SessionEndReason.Closed, new MailProtocol(target.Options.Protocol).Unavailable(target.HostName));
        using var session = Session(relay, backend, target, isClear: true, isGreeted: false);
        var end = await session.RunAsync();
        // What was said in the clear counts for nothing afterwards (RFC 3207 section 4.2): the backend gets a new client.
        if (end.Reason == SessionEndReason.StartTls)
            await relay.TryWriteAsync(backend, new MailProtocol(target.Options.Protocol).Goodbye, fromClient: true);
        relay.Attach(null);
        return end;
    }

    private static MailSession Session(Relay relay, BackendEnd backend, RelayTarget target, bool isClear, bool isGreeted) => new(
        relay, backend, new MailProtocol(target.Options.Protocol).Filter(isClear, isGreeted), target.Options.RefusesBareNewlines);

    private static async Task<SessionEnd> GreetAsync(Relay relay, RelayTarget target)
    {
        var dialogue = new MailProtocol(target.Options.Protocol).Greet(target.HostName);
        using var lines = new LineReader(relay.Client, PlaintextDialogue.LongestLine, PlaintextDialogue.LongestLine);
        if (!await relay.TryWriteAsync(relay.Client, dialogue.Greeting, fromClient: false)) return new(SessionEndReason.ClientEnded);
        try
        {
            while (true)
            {
                var line = await lines.ReadLineAsync(CancellationToken.None);
                if (line.IsEmpty) return new(SessionEndReason.ClientEnded);
                relay.Note(line.Length, fromClient: true);
                var step = dialogue.Take(line.Span);
                if (step.NeedsTls) relay.Counters.Refused();
                switch (step.Action)
                {
                    case PlaintextAction.StartTls:
                        return new(lines.Buffered > 0 ? SessionEndReason.Injected : SessionEndReason.StartTls, step.Answer);
                    case PlaintextAction.Close:
                        return new(SessionEndReason.Closed, step.Answer);
                }

                if (!await relay.TryWriteAsync(relay.Client, step.Answer, fromClient: false)) return new(SessionEndReason.ClientEnded);
            }
        }
        catch (LineTooLongException)
        {
            return new(SessionEndReason.Closed, dialogue.TooLong);
        }
    }

    /// <summary>Closes a connection in the clear so that its client can read what was said last.</summary>
    private static async Task LingerAsync(PolledSocket socket)
    {
        using var patience = new CancellationTokenSource(CloseTime);
        var buffer = ScratchBuffer.Rent(PlaintextDialogue.LongestLine);
        try
        {
            socket.Shutdown();
            while (await socket.ReadAsync(buffer.Memory, patience.Token) > 0)
            {
                // It is thrown away: closing with unread bytes would reset the connection.
            }
        }
        catch (OperationCanceledException)
        {
            // It has had its time.
        }
        finally
        {
            buffer.Return();
        }
    }

    [LoggerMessage(EventIds.StartTlsInjected, LogLevel.Warning, "{Count} connections were closed because there was more in the clear "
        + "behind their STARTTLS (listener {Listener} the last one): somebody on the way may try to speak for the client.")]
    private partial void LogInjected(int count, string listener);
}
