namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>A server that took connections takes no more, and patience did not help: what was to be learnt by this one stays open.</summary>
public sealed class ReconnectFailedException(string message, Exception? cause = null) : IOException(message, cause);
