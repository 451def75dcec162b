using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>
/// Makes complete handshakes, to look at what only shows behind the first encrypted record. It is a client that trusts
/// every certificate, and none for keeping a secret.
/// </summary>
/// <param name="open">Opens a connection that is at TLS's first byte.</param>
/// <param name="timeout">The most a handshake may take once it is connected, and any single wait after it.</param>
/// <param name="clock">What tickets are dated with.</param>
/// <param name="ended">Told how each ended; null for nobody.</param>
internal sealed class Handshaker(
    Func<CancellationToken, Task<Stream>> open, TimeSpan timeout, TimeProvider clock, Action<FlightEnding>? ended = null)
{
    /// <summary>What tickets are dated with.</summary>
    public TimeProvider Clock => clock;

    /// <summary>The most a handshake may take once it is connected.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>Connects. A server cannot make it throw, nor one that is not there.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<HandshakeOutcome> ConnectAsync(HandshakeOffer offer, CancellationToken stop)
    {
        Stream stream;
        try
        {
            stream = await open(stop);
        }
        catch (IOException exception)
        {
            ended?.Invoke(FlightEnding.Unconnected);
            return new HandshakeOutcome(FlightEnding.Unconnected) { Problem = $"there was no connection: {exception.Message}" };
        }

        var connection = new TlsConnection(stream, clock);
        var isComplete = false;
        try
        {
            var outcome = await AttemptAsync(token => ShakeAsync(connection, offer, token), timeout, stop);
            ended?.Invoke(outcome.Ending);
            isComplete = outcome.Ending == FlightEnding.Complete;
            return isComplete ? outcome with { Connection = connection } : outcome;
        }
        finally
        {
            if (!isComplete)
                await connection.DisposeAsync();
        }
    }

    /// <summary>Starts a second handshake inside a connection of TLS 1.2 or before (RFC 5746 section 3.5).</summary>
    /// <returns>Of <see cref="FlightEnding.Complete"/> when the server took part; without a connection.</returns>
    public Task<HandshakeOutcome> RenegotiateAsync(TlsConnection connection, HandshakeOffer offer, CancellationToken stop) =>
        AttemptAsync(token => new Tls12Handshake(connection, offer, clock).RunAsync(token), timeout, stop);

    private static async Task<HandshakeOutcome> AttemptAsync(
        Func<CancellationToken, Task> attempt, TimeSpan timeout, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout);
        try
        {
            await attempt(deadline.Token);
            return new HandshakeOutcome(FlightEnding.Complete);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new HandshakeOutcome(FlightEnding.TimedOut);
        }
        catch (AlertReceivedException exception)
        {
            return new HandshakeOutcome(FlightEnding.Alert) { Alert = exception.Alert };
        }
        catch (IOException)
        {
            return new HandshakeOutcome(FlightEnding.Closed);
        }
        catch (WireFormatException exception)
        {
            return new HandshakeOutcome(FlightEnding.Malformed) { Problem = exception.Message };
        }
    }

    private Task ShakeAsync(TlsConnection connection, HandshakeOffer offer, CancellationToken stop) =>
        offer.Version == TlsVersion.Tls13 ? new Tls13Handshake(connection, offer, clock).RunAsync(stop)
            : new Tls12Handshake(connection, offer, clock).RunAsync(stop);
}
