using static ForwardSecretProxy.Audit.Registry.NamedGroupKind;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>Every group of IANA's registry "TLS Supported Groups", and one that was widely tried before it was registered.</summary>
public static class NamedGroups
{
    /// <summary>All of them in the order of their codes.</summary>
    public static IReadOnlyList<NamedGroup> All { get; } =
    [
        // RFC 4492, of which RFC 8422 took most away again.
        new(1, "sect163k1", Curve, 163), new(2, "sect163r1", Curve, 163), new(3, "sect163r2", Curve, 163),
        new(4, "sect193r1", Curve, 193), new(5, "sect193r2", Curve, 193), new(6, "sect233k1", Curve, 233),
        new(7, "sect233r1", Curve, 233), new(8, "sect239k1", Curve, 239), new(9, "sect283k1", Curve, 283),
        new(10, "sect283r1", Curve, 283), new(11, "sect409k1", Curve, 409), new(12, "sect409r1", Curve, 409),
        new(13, "sect571k1", Curve, 571), new(14, "sect571r1", Curve, 571), new(15, "secp160k1", Curve, 160),
        new(16, "secp160r1", Curve, 160), new(17, "secp160r2", Curve, 160), new(18, "secp192k1", Curve, 192),
        new(19, "secp192r1", Curve, 192), new(20, "secp224k1", Curve, 224), new(21, "secp224r1", Curve, 224),
        new(22, "secp256k1", Curve, 256), new(23, "secp256r1", Curve, 256), new(24, "secp384r1", Curve, 384),
        new(25, "secp521r1", Curve, 521),
        // RFC 7027: Brainpool, for TLS 1.2.
        new(26, "brainpoolP256r1", Curve, 256), new(27, "brainpoolP384r1", Curve, 384), new(28, "brainpoolP512r1", Curve, 512),
        // RFC 8422.
        new(29, "x25519", Curve, 255), new(30, "x448", Curve, 448),
        // RFC 8734: Brainpool, for TLS 1.3.
        new(31, "brainpoolP256r1tls13", Curve, 256), new(32, "brainpoolP384r1tls13", Curve, 384),
        new(33, "brainpoolP512r1tls13", Curve, 512),
        // RFC 9189.
        new(34, "GC256A", Curve, 256), new(35, "GC256B", Curve, 256), new(36, "GC256C", Curve, 256), new(37, "GC256D", Curve, 256),
        new(38, "GC512A", Curve, 512), new(39, "GC512B", Curve, 512), new(40, "GC512C", Curve, 512),
        // RFC 8998.
        new(41, "curveSM2", Curve, 256),
        // RFC 7919.
        new(256, "ffdhe2048", FiniteField, 2048), new(257, "ffdhe3072", FiniteField, 3072),
        new(258, "ffdhe4096", FiniteField, 4096), new(259, "ffdhe6144", FiniteField, 6144), new(260, "ffdhe8192", FiniteField, 8192),
        // FIPS 203, alone and with a curve.
        new(512, "MLKEM512", Encapsulation, 512), new(513, "MLKEM768", Encapsulation, 768), new(514, "MLKEM1024", Encapsulation, 1024),
        new(4587, "SecP256r1MLKEM768", Hybrid, 256), new(4588, "X25519MLKEM768", Hybrid, 255),
        new(4589, "SecP384r1MLKEM1024", Hybrid, 384),
        // What browsers had before FIPS 203 was final.
        new(25497, "X25519Kyber768Draft00", Hybrid, 255),
    ];

    /// <summary>The group of a code, or null.</summary>
    public static NamedGroup? Find(ushort code) => All.FirstOrDefault(group => group.Code == code);

    /// <summary>The group of a name, IANA's or a usual other one; null when there is none.</summary>
    public static NamedGroup? Find(string name)
    {
        var wanted = name.ToUpperInvariant() switch
        {
            "P-256" or "PRIME256V1" => "secp256r1",
            "P-384" => "secp384r1",
            "P-521" => "secp521r1",
            "PRIME192V1" => "secp192r1",
            _ => name,
        };
        return All.FirstOrDefault(group => group.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }
}
