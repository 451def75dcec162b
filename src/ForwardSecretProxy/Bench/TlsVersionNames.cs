using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Bench;

/// <summary>TLS versions as the command line writes them.</summary>
internal static class TlsVersionNames
{
    /// <summary>Such as <c>1.3</c>.</summary>
    public static string Number(this TlsVersion version) => version switch
    {
        TlsVersion.Tls13 => "1.3",
        TlsVersion.Tls12 => "1.2",
        _ => $"0x{(int)version:X4}",
    };

    /// <summary>Such as <c>TLS 1.3</c>.</summary>
    public static string Name(this TlsVersion version) => $"TLS {version.Number()}";
}
