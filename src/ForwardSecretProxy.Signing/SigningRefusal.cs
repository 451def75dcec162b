namespace ForwardSecretProxy.Signing;

/// <summary>Why somebody who wanted a session got none.</summary>
internal enum SigningRefusal
{
    /// <summary>It would have come too late.</summary>
    TooLate,

    /// <summary>The queue was full, of others no less entitled.</summary>
    QueueFull,

    /// <summary>None came within the time limit.</summary>
    TimedOut,

    /// <summary>The token cannot be used.</summary>
    Unavailable,
}
