using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What clients offer, the usual first.</summary>
internal static class Usual
{
    /// <summary>Every curve, the common ones first.</summary>
    public static IReadOnlyList<NamedGroup> Curves { get; } = CommonFirst(
        NamedGroups.All.Where(group => group.Kind == NamedGroupKind.Curve), group => group.Code, [29, 23, 24, 25, 30]);

    /// <summary>The finite fields of RFC 7919.</summary>
    public static IReadOnlyList<NamedGroup> FiniteFields { get; } =
        [.. NamedGroups.All.Where(group => group.Kind == NamedGroupKind.FiniteField)];

    /// <summary>Every group of TLS 1.3, those of browsers first.</summary>
    public static IReadOnlyList<NamedGroup> Groups { get; } =
        CommonFirst(NamedGroups.All, group => group.Code, [4588, 29, 23, 24, 25, 30]);

    /// <summary>The groups that any server of the last ten years has one of.</summary>
    public static IReadOnlyList<NamedGroup> FewGroups { get; } = [.. Curves.Take(4)];

    /// <summary>Every scheme, the common ones first.</summary>
    public static IReadOnlyList<SignatureScheme> Schemes { get; } = CommonFirst(
        SignatureSchemes.All, scheme => scheme.Code, [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201, 0x0203]);

    /// <summary>The schemes that any server has one of.</summary>
    public static IReadOnlyList<SignatureScheme> FewSchemes { get; } = [.. Schemes.Take(10)];

    /// <summary>The suites up to TLS 1.2 that any server has one of, from the best that browsers have to the worst they had.</summary>
    public static IReadOnlyList<ushort> FewSuites { get; } =
    [
        0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC009, 0xC013, 0xC00A, 0xC014, 0xC023, 0xC027, 0x009E, 0x009F, 0x0033, 0x0039,
        0x0067, 0x006B, 0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0x003D, 0x000A, 0xC012, 0x0016, 0x0005, 0x0004, 0x0009,
    ];

    /// <summary>Every suite up to TLS 1.2, the common ones first.</summary>
    public static IReadOnlyList<ushort> Suites { get; } =
        CommonFirst(CipherSuites.Older.Select(suite => suite.Code), code => code, [.. FewSuites]);

    /// <summary>Every suite of TLS 1.3, the common ones first.</summary>
    public static IReadOnlyList<ushort> Tls13Suites { get; } =
        CommonFirst(CipherSuites.Tls13.Select(suite => suite.Code), code => code, [0x1301, 0x1302, 0x1303]);

    /// <summary>Every suite that a version can have.</summary>
    public static IReadOnlyList<ushort> SuitesOf(TlsVersion version) => version == TlsVersion.Tls13 ? Tls13Suites : Suites;

    private static List<T> CommonFirst<T>(IEnumerable<T> all, Func<T, ushort> code, List<ushort> common) =>
        [.. all.OrderBy(each => common.IndexOf(code(each)) is >= 0 and var at ? at : int.MaxValue)];
}
