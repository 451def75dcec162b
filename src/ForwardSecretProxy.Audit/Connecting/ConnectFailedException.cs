namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>The server could not be connected to at all, or does not come to TLS: there is nothing to audit.</summary>
public sealed class ConnectFailedException(string message, Exception? cause = null) : IOException(message, cause);
