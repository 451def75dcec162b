namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>How much stands in a ClientHello. Some servers choke on what they do not know, or on much of it.</summary>
internal enum HelloStyle
{
    /// <summary>Everything that there is.</summary>
    Full,

    /// <summary>What browsers sent ten years ago.</summary>
    Lean,

    /// <summary>No extension at all, as before TLS 1.0, and few suites.</summary>
    Bare,
}
