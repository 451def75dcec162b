namespace ForwardSecretProxy.OpenSsl.Client;

/// <summary>How a step of a <see cref="TlsClientConnection"/> ended; none of them blocks.</summary>
public enum TlsClientResult
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>It goes on at the socket's next edge.</summary>
    Again,

    /// <summary>The server has ended its side in order: a close_notify, or the end of a stream without TLS.</summary>
    Ended,

    /// <summary>The end of the TCP stream, without a close_notify.</summary>
    CutOff,

    /// <summary>The server reset the connection.</summary>
    Reset,

    /// <summary>The server refused the TCP connection.</summary>
    Refused,

    /// <summary>The server sent a fatal alert; <see cref="TlsClientConnection.Alert"/> has its name.</summary>
    Alerted,

    /// <summary>Anything else; <see cref="TlsClientConnection.Explain"/> says what.</summary>
    Failed,
}
