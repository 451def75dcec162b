using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>Says the words before TLS over a stream.</summary>
/// <param name="target">The server, for what goes wrong.</param>
/// <param name="protocol">Its protocol.</param>
internal sealed class Prelude(AuditTarget target, StartTlsProtocol protocol)
{
    private readonly StartTlsDialogue _dialogue = StartTlsDialogue.For(protocol, target.ServerName ?? target.Host);

    /// <summary>Goes as far as TLS.</summary>
    /// <param name="stream">A new connection.</param>
    /// <param name="timeout">The most that the words may take as a whole.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="StartTlsException">It does not come to TLS.</exception>
    public async Task RunAsync(Stream stream, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await Deadline.RunAsync(timeout, token => TalkAsync(stream, token), cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException and not StartTlsException)
        {
            throw new StartTlsException($"{target} does not come to TLS ({protocol.ToText()}): {exception.Message}", exception);
        }
    }

    private async Task<Stream> TalkAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        for (var step = _dialogue.Begin(); step != StartTlsStep.Ready;)
        {
            if (step == StartTlsStep.Refused)
                throw new StartTlsException($"{target} says no to STARTTLS ({protocol.ToText()}): {_dialogue.Reason}");
            if (step == StartTlsStep.Broken)
                throw new IOException(_dialogue.Reason);
            if (step == StartTlsStep.Send) await stream.WriteAsync(_dialogue.Command, cancellationToken);

            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0) throw new IOException("it closed the connection");
            step = _dialogue.Take(buffer.AsSpan(0, count));
        }

        return stream;
    }
}
