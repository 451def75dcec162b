namespace ForwardSecretProxy.Audit.Registry;

/// <summary>The versions in order, and how they are written.</summary>
public static class TlsVersions
{
    /// <summary>All of them, the oldest first.</summary>
    public static IReadOnlyList<TlsVersion> All { get; } =
        [TlsVersion.Ssl2, TlsVersion.Ssl3, TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>As people write it: <c>SSLv3</c>, <c>TLS 1.2</c>.</summary>
    public static string ToText(this TlsVersion version) => version switch
    {
        TlsVersion.Ssl2 => "SSLv2",
        TlsVersion.Ssl3 => "SSLv3",
        TlsVersion.Tls10 => "TLS 1.0",
        TlsVersion.Tls11 => "TLS 1.1",
        TlsVersion.Tls12 => "TLS 1.2",
        TlsVersion.Tls13 => "TLS 1.3",
        _ => $"0x{(ushort)version:X4}",
    };
}
