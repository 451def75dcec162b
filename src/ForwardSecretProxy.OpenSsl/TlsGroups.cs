namespace ForwardSecretProxy.OpenSsl;

/// <summary>The key exchange groups we offer, by code point (IANA TLS Supported Groups).</summary>
internal static class TlsGroups
{
    internal const ushort Secp256r1 = 23;
    internal const ushort Secp384r1 = 24;
    internal const ushort X25519 = 29;
    internal const ushort X25519MlKem768 = 0x11EC;
}
