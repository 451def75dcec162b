using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The messages of one handshake on a connection, and their transcript.</summary>
internal sealed class HandshakeFlow(TlsConnection connection)
{
    /// <summary>What was sent and received so far, as far as it was added.</summary>
    public Transcript Transcript { get; } = new();

    /// <summary>The records' version: of the first ClientHello the lowest, then what was agreed on.</summary>
    public TlsVersion Version { get; set; } = TlsVersion.Tls10;

    /// <summary>Sends messages in one go, and adds them to the transcript.</summary>
    public async Task SendAsync(CancellationToken stop, params HandshakeMessage[] messages)
    {
        byte[] content = [.. messages.SelectMany(message => message.Encode())];
        foreach (var message in messages)
            Transcript.Add(message);
        await connection.Records.WriteAsync(ContentType.Handshake, Version, content, stop);
    }

    /// <summary>Sends a ChangeCipherSpec.</summary>
    public Task SendChangeCipherSpecAsync(CancellationToken stop) =>
        connection.Records.WriteAsync(ContentType.ChangeCipherSpec, Version, new byte[] { 1 }, stop);

    /// <summary>The next message, or a ChangeCipherSpec; not yet in the transcript.</summary>
    /// <exception cref="AlertReceivedException">The server sent an alert that is the end.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public async Task<IIncoming> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            switch (await connection.Messages.NextAsync(stop))
            {
                case null:
                    throw new IOException("the server closed the connection");
                // Old servers warn, that they do not know the name in SNI for one, and go on.
                case TlsAlert { IsFatal: false, Description: not (TlsAlert.CloseNotify or TlsAlert.NoRenegotiation) }:
                    break;
                case TlsAlert alert:
                    throw new AlertReceivedException(alert);
                // May come at any time, and is in no transcript (RFC 5246 section 7.4.1.1).
                case HandshakeMessage { Type: HandshakeType.HelloRequest, Body.Length: 0 }:
                    break;
                case HandshakeMessage message:
                    return message;
                case TlsRecord { Type: ContentType.ChangeCipherSpec, Fragment: [1] } change:
                    return connection.Messages.HasPending
                        ? throw new WireFormatException("it changes its keys inside a message") : change;
                // What was sent before a second handshake began.
                case TlsRecord { Type: ContentType.ApplicationData } when connection.Facts is not null && connection.Traffic is null:
                    break;
                default:
                    throw new WireFormatException("it sends a record of another type inside its handshake");
            }
        }
    }

    /// <summary>The next message, which has to be of a type, and is added to the transcript.</summary>
    public async Task<HandshakeMessage> ExpectAsync(HandshakeType type, CancellationToken stop) =>
        Expect(await NextMessageAsync(stop), type);

    /// <summary>The next message of TLS 1.3, where a ChangeCipherSpec means nothing; not yet in the transcript.</summary>
    public async Task<HandshakeMessage> NextMessageAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await NextAsync(stop) is HandshakeMessage message)
                return message;
        }
    }

    /// <summary>A message that has to be of a type, and is added to the transcript.</summary>
    public HandshakeMessage Expect(HandshakeMessage message, HandshakeType type)
    {
        if (message.Type != type)
            throw new WireFormatException($"it sends handshake message {(int)message.Type} where {type} should come");
        Transcript.Add(message);
        return message;
    }

    /// <summary>The ALPN answer of an extension list (RFC 7301 section 3.1), or null.</summary>
    public static string? ReadApplicationProtocol(IEnumerable<HelloExtension> extensions)
    {
        if (extensions.FirstOrDefault(one => one.Type == ExtensionType.ApplicationProtocols) is not { } extension)
            return null;
        const string name = "ALPN extension";
        var reader = new WireReader(extension.Data, name);
        var list = new WireReader(reader.Vector16(), name);
        reader.End();
        var protocol = System.Text.Encoding.Latin1.GetString(list.Vector8());
        list.End();
        return protocol;
    }
}
