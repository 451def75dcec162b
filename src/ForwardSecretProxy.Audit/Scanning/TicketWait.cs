using System.Text;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Scanning.Steps;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// Waits for tickets of TLS 1.3. Most servers send them at once, some not before they have something to say: those are asked,
/// and at once when they were found to be so.
/// </summary>
/// <param name="timeout">The most that an answer may take.</param>
/// <param name="request">What makes the server speak; null for none that it would understand.</param>
internal sealed class TicketWait(TimeSpan timeout, byte[]? request)
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _patience = timeout < LongestPatience ? timeout : LongestPatience;
    private bool _asksAtOnce;

    /// <summary>With a request for <c>/</c>, where HTTP is likely to be spoken.</summary>
    public static TicketWait For(EndpointObservation seen, TimeSpan timeout) => new(timeout, HttpStep.IsLikely(seen)
        ? Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {seen.ServerName ?? seen.Host}\r\n\r\n") : null);

    /// <summary>The first ticket of a connection.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<SavedSession?> FirstAsync(TlsConnection connection, CancellationToken stop)
    {
        try
        {
            if (!_asksAtOnce && await connection.WaitForTicketAsync(_patience, stop) || request is null)
                return connection.Tickets.FirstOrDefault();
            await connection.WriteAsync(request, stop);
            _asksAtOnce = await connection.WaitForTicketAsync(_patience, stop);
        }
        catch (Exception exception) when (exception is IOException or WireFormatException)
        {
            // It is over, and what came until then counts.
        }

        return connection.Tickets.FirstOrDefault();
    }
}
