using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>The names that OpenSSL and its users have for versions.</summary>
internal static class ProtocolNames
{
    /// <summary>All that can be spoken today: no OpenSSL since 1.1.0 has SSL 2.0.</summary>
    public static IReadOnlyList<TlsVersion> All { get; } =
        [TlsVersion.Ssl3, TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>TLS 1.2 and 1.3.</summary>
    public static IReadOnlyList<TlsVersion> Current { get; } = [TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>The version of a name, or null.</summary>
    public static TlsVersion? Find(string name) => name.ToUpperInvariant() switch
    {
        "SSLV2" => TlsVersion.Ssl2,
        "SSLV3" => TlsVersion.Ssl3,
        "TLSV1" or "TLSV1.0" or "TLSV10" => TlsVersion.Tls10,
        "TLSV1.1" or "TLSV11" => TlsVersion.Tls11,
        "TLSV1.2" or "TLSV12" => TlsVersion.Tls12,
        "TLSV1.3" or "TLSV13" => TlsVersion.Tls13,
        _ => null,
    };

    /// <summary>The versions from one on.</summary>
    public static IReadOnlyList<TlsVersion> From(TlsVersion lowest) => [.. All.Where(version => version >= lowest)];
}
