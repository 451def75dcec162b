using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Authentication;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Mail;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Relaying;

/// <summary>Connects relays to their backends, and looks whether backends are there. Keeps account of those that are not.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed partial class RelayConnector(BackendLimit limit, RelayMetrics metrics, ILogger<RelayConnector> logger)
{
    private readonly Pace _failures = new(TimeSpan.FromSeconds(10), TimeProvider.System);
    private readonly ILogger _logger = logger;

    /// <summary>Connects to the first backend that answers; null when none does.</summary>
    public async Task<BackendEnd?> ConnectAsync(Relay relay, RelayedClient client, RelayTarget target)
    {
        var timeout = target.Options.ConnectTimeout;
        using var patience = new CancellationTokenSource(timeout);
        var backends = target.Find(client.Session?.ServerName);
        for (var i = 0; i < backends.Count && !patience.IsCancellationRequested; i++)
        {
            // One that swallows what is sent to it does not use up the time of those after it.
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            if (i < backends.Count - 1) turn.CancelAfter(timeout / backends.Count);
            try
            {
                var end = await OpenAsync(target, backends[i], client, timeout, turn.Token);
                // That it takes connections says nothing to whoever checks what it says on them.
                if (target.Options.HealthCheck != HealthCheck.Greeting) Answered(target, backends[i]);
                relay.Attach(end);
                return end;
            }
            catch (Exception exception) when (IsFailure(exception))
            {
                Failed(target, backends[i], exception);
            }
        }

        return null;
    }

    /// <summary>Looks whether a backend is there. Never throws but when it is cancelled.</summary>
    public async Task CheckAsync(RelayTarget target, RelayBackend backend, CancellationToken cancellationToken)
    {
        var timeout = target.Options.ConnectTimeout;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            using var end = await OpenAsync(target, backend, null, timeout, patience.Token);
            if (target.Options.HealthCheck == HealthCheck.Greeting && !await IsWelcomeAsync(end, target, patience.Token))
                throw new IOException("it does not greet as it should");
            Answered(target, backend);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Failed(target, backend, exception);
        }
    }

    /// <summary>Connects, when there may be one more; without a connection nothing is counted.</summary>
    private async Task<BackendEnd> OpenAsync(
        RelayTarget target, RelayBackend backend, RelayedClient? client, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await limit.EnterAsync(cancellationToken);
        try
        {
            return await target.ConnectAsync(backend, client, limit, timeout, cancellationToken);
        }
        catch
        {
            limit.Leave();
            throw;
        }
    }

    private static async Task<bool> IsWelcomeAsync(BackendEnd end, RelayTarget target, CancellationToken cancellationToken)
    {
        var protocol = new MailProtocol(target.Options.Protocol);
        using var lines = new LineReader(end, MailFilter.LongestLine, MailFilter.LongestLine);
        var line = await lines.ReadLineAsync(cancellationToken);
        var isWelcome = protocol.IsWelcome(line.Span);
        // A server that is left without a word writes that down as a fault.
        if (isWelcome) await end.WriteAsync(protocol.Goodbye);
        return isWelcome;
    }

    private static bool IsFailure(Exception exception) =>
        exception is SocketException or IOException or AuthenticationException or OperationCanceledException;

    private void Answered(RelayTarget target, RelayBackend backend)
    {
        if (backend.Answered()) LogBackendBack(target.Listener, backend.Address);
    }

    private void Failed(RelayTarget target, RelayBackend backend, Exception exception)
    {
        metrics.Of(target).BackendFailed();
        // That is ours, not the backend's.
        var isNews = exception is not BackendsBusyException && backend.Failed();
        if (isNews || _failures.IsTime(out _))
            LogBackendFailed(target.Listener, backend.Address, FailureReason.Describe(exception));
    }

    [LoggerMessage(EventIds.RelayBackendFailed, LogLevel.Warning, "Listener {Listener}: backend {Backend} cannot be reached: {Reason}.")]
    private partial void LogBackendFailed(string listener, BackendAddress backend, string reason);

    [LoggerMessage(EventIds.RelayBackendBack, LogLevel.Information, "Listener {Listener}: backend {Backend} answers again.")]
    private partial void LogBackendBack(string listener, BackendAddress backend);
}
