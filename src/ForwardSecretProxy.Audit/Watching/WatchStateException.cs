namespace ForwardSecretProxy.Audit.Watching;

/// <summary>A watch's file cannot be used; the message names it, and the mend.</summary>
public sealed class WatchStateException(string message, Exception? cause = null) : Exception(message, cause);
