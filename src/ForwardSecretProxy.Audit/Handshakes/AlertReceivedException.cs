using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The server ended it with an alert.</summary>
internal sealed class AlertReceivedException(TlsAlert alert) : IOException($"the server sent the alert {alert}")
{
    /// <summary>Which.</summary>
    public TlsAlert Alert { get; } = alert;
}
