namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A handshake message (RFC 8446 section 4).</summary>
/// <param name="Type">Which.</param>
/// <param name="Body">What is behind the header of four bytes.</param>
internal sealed record HandshakeMessage(HandshakeType Type, byte[] Body) : IIncoming
{
    /// <summary>The message with its header, as it goes into records and transcripts.</summary>
    public byte[] Encode() => new WireWriter().UInt8((byte)Type).Vector24(Body).ToArray();
}
