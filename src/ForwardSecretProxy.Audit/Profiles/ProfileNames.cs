using System.Text.Json;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>How profiles write what they name.</summary>
internal static class ProfileNames
{
    /// <summary>Every feature by its name, such as <c>early-data</c>.</summary>
    public static IReadOnlyDictionary<string, TlsFeature> Features { get; } = Enum.GetValues<TlsFeature>().ToDictionary(Of);

    /// <summary>Every kind of certificate key by its name, such as <c>ecdsa</c>.</summary>
    public static IReadOnlyDictionary<string, CertificateKeyKind> KeyKinds { get; } = Enum.GetValues<CertificateKeyKind>()
        .Where(kind => kind != CertificateKeyKind.Other)
        .ToDictionary(kind => kind.ToString().ToLowerInvariant());

    /// <summary>Every version by its name, such as <c>TLSv1.2</c>.</summary>
    public static IReadOnlyDictionary<string, TlsVersion> Versions { get; } = TlsVersions.All
        .ToDictionary(version => JsonSerializer.SerializeToElement(version).GetString()!);

    /// <summary>The hashes of certificates.</summary>
    public static IReadOnlyDictionary<string, string> Hashes { get; } =
        new[] { "sha1", "sha224", "sha256", "sha384", "sha512" }.ToDictionary(hash => hash);

    /// <summary>The name of a feature.</summary>
    public static string Of(TlsFeature feature) => JsonNamingPolicy.KebabCaseLower.ConvertName(feature.ToString());
}
