using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Probing;

/// <summary>Asks a server one thing: a connection, a ClientHello, and what comes back.</summary>
/// <param name="open">Opens a connection that is at TLS's first byte.</param>
/// <param name="timeout">The most a probe may take once it is connected.</param>
internal sealed class Prober(Func<CancellationToken, Task<Stream>> open, TimeSpan timeout)
{
    /// <summary>Sends a ClientHello and reads the answer. A server cannot make it throw.</summary>
    /// <exception cref="IOException">There is no connection; of what kind is the opener's to say.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<ServerFlight> AskAsync(ClientHello hello, FlightExtent extent, CancellationToken stop)
    {
        await using var stream = await open(stop);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout);

        var flight = new ServerFlight { Ending = FlightEnding.Complete };
        try
        {
            var records = new RecordStream(stream);
            await records.WriteAsync(ContentType.Handshake, hello.RecordVersion, hello.Encode().Encode(), deadline.Token);
            var reader = new HandshakeReader(records);
            while (await reader.NextAsync(deadline.Token) is { } incoming)
            {
                flight = Take(flight, incoming);
                if (flight.Ending == FlightEnding.Alert || IsDone(flight, incoming, extent))
                    return flight;
            }

            return flight with { Ending = FlightEnding.Closed };
        }
        catch (Exception exception) when (EndingOf(exception, stop) is { } ending)
        {
            return flight with { Ending = ending, Problem = (exception as WireFormatException)?.Message };
        }
    }

    /// <summary>Sends an SSL 2.0 CLIENT-HELLO and reads the answer. A server cannot make it throw.</summary>
    /// <returns>How it ended, and the SERVER-HELLO if one came.</returns>
    /// <exception cref="IOException">There is no connection; of what kind is the opener's to say.</exception>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public async Task<(FlightEnding Ending, Ssl2ServerHello? Hello)> AskSsl2Async(CancellationToken stop)
    {
        await using var stream = await open(stop);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout);
        try
        {
            await stream.WriteAsync(Ssl2ClientHello.Encode(RandomNumberGenerator.GetBytes(16)), deadline.Token);
            await stream.FlushAsync(deadline.Token);
            var header = new byte[3];
            var got = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, deadline.Token);
            if (!Ssl2ServerHello.IsRecord(header.AsSpan(0, got)))
                return (await Ssl2RefusalAsync(stream, header.AsMemory(0, got), deadline.Token), null);
            var message = new byte[Math.Max(1, ((header[0] & 0x7F) << 8) | header[1])];
            message[0] = header[2];
            await stream.ReadExactlyAsync(message.AsMemory(1), deadline.Token);
            return (FlightEnding.Complete, Ssl2ServerHello.Parse(message));
        }
        catch (Exception exception) when (EndingOf(exception, stop) is { } ending)
        {
            return (ending, null);
        }
    }

    /// <summary>An alert of TLS that is the end, or SSL 2.0's own error, which has a record header of two bytes and type 0 (section C.3.2 there).</summary>
    private static async Task<FlightEnding> Ssl2RefusalAsync(Stream stream, ReadOnlyMemory<byte> header, CancellationToken stop)
    {
        if (header.IsEmpty)
            return FlightEnding.Closed;
        if (header.Span is [>= 0x80, _, 0])
            return FlightEnding.Alert;
        if (header.Span is not [(byte)ContentType.Alert, 3, _])
            return FlightEnding.Malformed;
        var rest = new byte[4];
        await stream.ReadExactlyAsync(rest, stop);
        return TlsAlert.Parse(rest.AsSpan(2)) is { IsFatal: true } or { Description: TlsAlert.CloseNotify } ? FlightEnding.Alert : FlightEnding.Malformed;
    }

    private static FlightEnding? EndingOf(Exception exception, CancellationToken stop) => exception switch
    {
        OperationCanceledException when !stop.IsCancellationRequested => FlightEnding.TimedOut,
        EndOfStreamException => FlightEnding.Malformed,
        IOException => FlightEnding.Closed,
        WireFormatException => FlightEnding.Malformed,
        _ => null,
    };

    private static ServerFlight Take(ServerFlight flight, IIncoming incoming) => incoming switch
    {
        TlsAlert { IsFatal: false } warning when warning.Description != TlsAlert.CloseNotify => flight with { Warning = warning },
        TlsAlert alert => flight with { Ending = FlightEnding.Alert, Alert = alert },
        HandshakeMessage message => Take(flight, message),
        TlsRecord record => throw new WireFormatException($"it sends a record of type {(int)record.Type} in the middle of its answer"),
        _ => flight,
    };

    private static ServerFlight Take(ServerFlight flight, HandshakeMessage message)
    {
        if (flight.Hello is null)
            return message.Type == HandshakeType.ServerHello
                ? flight with { Hello = ServerHello.Parse(message.Body) }
                : throw new WireFormatException($"it answers with handshake message {(int)message.Type} instead of a ServerHello");

        var version = flight.Hello.Version;
        return message.Type switch
        {
            HandshakeType.Certificate => flight with { Certificate = CertificateMessage.Parse(message.Body, version) },
            HandshakeType.CertificateStatus => flight with { IsStapled = true },
            HandshakeType.ServerKeyExchange when flight.Suite is { } suite =>
                flight with { KeyExchange = ServerKeyExchange.Parse(message.Body, suite, version) },
            HandshakeType.CertificateRequest => flight with { WantsClientCertificate = true },
            _ => flight,
        };
    }

    private static bool IsDone(ServerFlight flight, IIncoming incoming, FlightExtent extent) =>
        flight.Hello is not null && (extent == FlightExtent.Hello || flight.Hello.Version >= TlsVersion.Tls13
            || incoming is HandshakeMessage { Type: HandshakeType.ServerHelloDone });
}
