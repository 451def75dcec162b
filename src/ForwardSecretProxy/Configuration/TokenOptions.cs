namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Tokens</c>: a PKCS#11 module, which of its tokens, and how to log in.</summary>
internal sealed record TokenOptions
{
    /// <summary>The entry's name, for messages and logs.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>Module</c>: the token vendor's PKCS#11 library. A name without a slash is looked for where the system's
    /// loader looks. No default. Example: <c>"/usr/lib/softhsm/libsofthsm2.so"</c>.
    /// </summary>
    public required string Module { get; init; }

    /// <summary><c>Label</c>: the token's label (CK_TOKEN_INFO). Example: <c>"fsp"</c>.</summary>
    public string? Label { get; init; }

    /// <summary><c>Serial</c>: the token's serial number (CK_TOKEN_INFO). Example: <c>"0123456789abcdef"</c>.</summary>
    public string? Serial { get; init; }

    /// <summary>
    /// <c>Slot</c>: the slot's number. Some modules number anew at every start: prefer the label or the serial.
    /// Example: <c>0</c>.
    /// </summary>
    public ulong? Slot { get; init; }

    /// <summary>
    /// <c>PinFile</c>, <c>PinEnvironment</c>, <c>PinCredential</c> or <c>PinPrompt</c>: exactly one. Null for a token
    /// that has no PIN of its own, such as one with a keypad.
    /// </summary>
    public required PinSource Pin { get; init; }

    /// <summary>
    /// <c>Sessions</c>: signatures that may be under way at once. Default 32: more than the processor can use with a
    /// fast token, and enough to keep a networked one busy; a token's own lower limit is found and respected.
    /// Example: <c>4</c>.
    /// </summary>
    public int Sessions { get; init; } = 32;

    /// <summary>
    /// <c>QueueTimeout</c>: how long a handshake waits for a free session. Default 10 s, the handshake's own limit:
    /// a client that is still there is still worth its signature. Example: <c>"2s"</c>.
    /// </summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
