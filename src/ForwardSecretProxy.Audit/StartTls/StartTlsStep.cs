namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>What a <see cref="StartTlsDialogue"/> wants next.</summary>
public enum StartTlsStep
{
    /// <summary>More of what the server says.</summary>
    More,

    /// <summary>The command sent.</summary>
    Send,

    /// <summary>TLS.</summary>
    Ready,

    /// <summary>Nothing: the server says no.</summary>
    Refused,

    /// <summary>Nothing: the server does not speak the protocol.</summary>
    Broken,
}
