using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles.Rules;

/// <summary>TLS 1.3, or all before it, for which a rule names TLS 1.2: the two share neither suites nor group lists.</summary>
internal static class VersionRange
{
    /// <summary>The versions that a rule for <paramref name="version"/> is about.</summary>
    public static IReadOnlyList<TlsVersion> Of(TlsVersion version) => version == TlsVersion.Tls13 ? [TlsVersion.Tls13] : Before13;

    /// <summary>How it is called.</summary>
    public static string Name(TlsVersion version) => version == TlsVersion.Tls13 ? "TLS 1.3" : "TLS 1.2 and before";

    private static readonly TlsVersion[] Before13 = [TlsVersion.Ssl3, TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12];
}
