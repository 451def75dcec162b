namespace ForwardSecretProxy.Audit.Wire;

/// <summary>
/// What a server can send: a <see cref="HandshakeMessage"/>, a <see cref="TlsAlert"/>, or a <see cref="TlsRecord"/> with
/// something else.
/// </summary>
internal interface IIncoming;
