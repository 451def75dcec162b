using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>Codes without a suite, in the ranges where there are some: what is not registered was put there, too.</summary>
internal static class UnregisteredSuites
{
    private static readonly int[] Ranges = [0x00, 0xC0, 0xC1, 0xCC, 0xD0, 0xFE, 0xFF];
    private static readonly int[] Tls13Ranges = [0x00, 0x13, 0xC1, 0xFF];

    /// <summary>Those to be tried in a version.</summary>
    public static IEnumerable<ushort> Of(TlsVersion version) =>
        from range in version == TlsVersion.Tls13 ? Tls13Ranges : Ranges
        from low in Enumerable.Range(0, 256)
        let code = (ushort)(range << 8 | low)
        where CipherSuites.Find(code) is null && code is not (ClientHello.RenegotiationScsv or ClientHello.FallbackScsv)
        select code;
}
