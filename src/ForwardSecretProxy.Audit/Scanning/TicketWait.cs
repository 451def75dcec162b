using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// Waits for tickets of TLS 1.3. Most servers send them at once, some not before they have something to say: those are asked,
/// and at once when they were found to be so.
/// </summary>
/// <param name="timeout">The most that an answer may take.</param>
/// <param name="request">What makes the server speak.</param>
internal sealed class TicketWait(TimeSpan timeout, byte[] request)
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _patience = timeout < LongestPatience ? timeout : LongestPatience;
    private bool _asksAtOnce;

    /// <summary>Whether the server said something on every connection where no ticket came, so that none will come later.</summary>
    public bool IsSure { get; private set; } = true;

    /// <summary>With the first words of the server's protocol.</summary>
    public static TicketWait For(EndpointObservation seen, TimeSpan timeout) => new(timeout, FirstCommand.For(seen));

    /// <summary>The first ticket of a connection.</summary>
    /// <returns>Null when there is none.</returns>
    public async Task<SavedSession?> FirstAsync(TlsConnection connection, CancellationToken stop)
    {
        try
        {
            // Who spoke first has sent the tickets before, if ever.
            if (!_asksAtOnce && (await connection.WaitForTicketAsync(_patience, stop) || connection.HasData))
                return connection.Tickets.FirstOrDefault();
            await connection.WriteAsync(request, stop);
            _asksAtOnce = await connection.WaitForTicketAsync(_patience, stop)
                || !connection.HasData && await connection.WaitForTicketAsync(timeout, stop);
        }
        catch (Exception exception) when (exception is IOException or WireFormatException)
        {
            // It is over, and what came until then counts.
        }

        IsSure &= connection.Tickets.Any() || connection.HasData;
        return connection.Tickets.FirstOrDefault();
    }
}
