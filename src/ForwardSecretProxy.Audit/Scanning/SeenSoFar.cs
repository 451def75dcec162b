using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What later steps ask of earlier ones.</summary>
internal static class SeenSoFar
{
    /// <summary>A version, if it is spoken.</summary>
    public static VersionObservation? Find(this EndpointObservation seen, TlsVersion version) =>
        seen.Versions.FirstOrDefault(each => each.Version == version && each.Supported == Answer.Yes);

    /// <summary>The newest version spoken whose handshake can be read, or null.</summary>
    public static TlsVersion? NewestBeforeTls13(this EndpointObservation seen) => seen.Versions
        .LastOrDefault(each => each.Supported == Answer.Yes && each.Version is > TlsVersion.Ssl2 and < TlsVersion.Tls13)?.Version;

    /// <summary>The codes of a version's suites.</summary>
    public static IReadOnlyList<ushort> Codes(this VersionObservation version, Func<CipherSuite, bool> which) =>
        [.. version.Suites.Where(which).Select(suite => suite.Code)];
}
