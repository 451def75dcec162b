namespace ForwardSecretProxy.Audit.Probing;

/// <summary>How a probe ended.</summary>
internal enum FlightEnding
{
    /// <summary>The server said all that was waited for.</summary>
    Complete,

    /// <summary>The server sent an alert.</summary>
    Alert,

    /// <summary>The server closed or reset the connection, which old ones do instead of an alert.</summary>
    Closed,

    /// <summary>The server said nothing, or not enough, in time.</summary>
    TimedOut,

    /// <summary>The server sent what is no TLS.</summary>
    Malformed,

    /// <summary>The server took no connection, though it had taken some before.</summary>
    Unconnected,
}
