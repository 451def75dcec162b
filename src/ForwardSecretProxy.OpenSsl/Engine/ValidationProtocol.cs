namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>The ALPN protocol by which a certificate authority says that it looks for a challenge's answer (RFC 8737).</summary>
internal static class ValidationProtocol
{
    /// <summary>What such a connection agrees to, and nothing else.</summary>
    internal static ApplicationProtocols Protocols { get; } = new(["acme-tls/1"]);

    /// <summary>
    /// Whether an ALPN extension offers this protocol alone, as a validation must (section 3). A client that would also speak
    /// something else is no authority, and is served like any other.
    /// </summary>
    internal static bool IsOnlyOffer(ReadOnlySpan<byte> extension) => extension.SequenceEqual("\0\u000b\u000aacme-tls/1"u8);
}
