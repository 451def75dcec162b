namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>The words before TLS did not lead to TLS.</summary>
internal sealed class StartTlsException(string message, Exception? cause = null) : IOException(message, cause);
