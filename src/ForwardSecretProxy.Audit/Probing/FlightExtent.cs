namespace ForwardSecretProxy.Audit.Probing;

/// <summary>How much of a server's answer is waited for.</summary>
internal enum FlightExtent
{
    /// <summary>The ServerHello.</summary>
    Hello,

    /// <summary>Everything up to ServerHelloDone; in TLS 1.3 no more than the ServerHello can be read.</summary>
    Whole,
}
