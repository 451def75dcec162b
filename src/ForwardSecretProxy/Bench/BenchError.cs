namespace ForwardSecretProxy.Bench;

/// <summary>Why a connection does not count as done.</summary>
internal enum BenchErrorKind
{
    /// <summary>The server, or nobody, refused the TCP connection.</summary>
    ConnectRefused,

    /// <summary>The TCP connection could not be made for another reason.</summary>
    ConnectFailed,

    /// <summary>The TCP connection was not made in time.</summary>
    ConnectTimeout,

    /// <summary>The server said no to STARTTLS.</summary>
    StartTlsRefused,

    /// <summary>The words before TLS were not those of the protocol.</summary>
    StartTlsProtocol,

    /// <summary>The server sent a fatal alert; told apart by the alert.</summary>
    Alert,

    /// <summary>The client found the handshake wrong: a bad signature, an untrusted certificate, no TLS at all.</summary>
    Handshake,

    /// <summary>The handshake agreed on something else than what was asked for; told apart by what.</summary>
    Mismatch,

    /// <summary>A handshake that had to be resumed was a full one.</summary>
    NotResumed,

    /// <summary>The response's status is neither 2xx nor 3xx; told apart by the status.</summary>
    HttpStatus,

    /// <summary>The response is not HTTP.</summary>
    HttpProtocol,

    /// <summary>The server's stream ended before everything had come.</summary>
    Truncated,

    /// <summary>The server reset the connection before everything had come.</summary>
    Reset,

    /// <summary>It was not done in time; told apart by what was waited for.</summary>
    Timeout,

    /// <summary>An arrival of an open loop that found no free connection before the end.</summary>
    NotStarted,
}

/// <summary>Errors of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Detail">What tells it apart within its kind, such as an alert's name; empty for most.</param>
/// <param name="Count">How many.</param>
/// <param name="Example">The first one's own words.</param>
internal sealed record BenchError(BenchErrorKind Kind, string Detail, long Count, string Example)
{
    /// <summary>The kind in words, with what tells it apart.</summary>
    public string Describe()
    {
        var kind = Kind switch
        {
            BenchErrorKind.ConnectRefused => "connection refused",
            BenchErrorKind.ConnectFailed => "connecting failed",
            BenchErrorKind.ConnectTimeout => "connecting took too long",
            BenchErrorKind.StartTlsRefused => "STARTTLS refused",
            BenchErrorKind.StartTlsProtocol => "STARTTLS went wrong",
            BenchErrorKind.Alert => "alert",
            BenchErrorKind.Handshake => "handshake failed",
            BenchErrorKind.Mismatch => "mismatch",
            BenchErrorKind.NotResumed => "not resumed",
            BenchErrorKind.HttpStatus => "HTTP status",
            BenchErrorKind.HttpProtocol => "not HTTP",
            BenchErrorKind.Truncated => "cut short",
            BenchErrorKind.Reset => "reset",
            BenchErrorKind.Timeout => "timeout",
            _ => "not started",
        };
        return Detail.Length == 0 ? kind : $"{kind}: {Detail}";
    }
}
