using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>What checks ask of an observation again and again.</summary>
internal static class Seen
{
    /// <summary>Whether a version is spoken; one that was not looked at is unknown.</summary>
    public static Answer Speaks(this EndpointObservation seen, TlsVersion version) =>
        seen.Versions.FirstOrDefault(one => one.Version == version)?.Supported ?? Answer.Unknown;

    /// <summary>
    /// Whether any of SSL 3.0 to TLS 1.2 is spoken, to which most features belong. SSL 2.0 has none of them.
    /// </summary>
    public static Answer SpeaksBefore13(this EndpointObservation seen)
    {
        Answer[] answers = [.. Before13.Select(seen.Speaks)];
        return answers.Contains(Answer.Yes) ? Answer.Yes
            : answers.Contains(Answer.Unknown) ? Answer.Unknown
            : Answer.No;
    }

    /// <summary>The versions that are spoken, the oldest first.</summary>
    public static IEnumerable<VersionObservation> Spoken(this EndpointObservation seen) =>
        seen.Versions.Where(one => one.Supported == Answer.Yes).OrderBy(one => one.Version);

    /// <summary>Lines such as <c>TLS 1.2: TLS_RSA_WITH_AES_128_GCM_SHA256</c> for the suites that are meant.</summary>
    public static IEnumerable<string> SuiteLines(this EndpointObservation seen, Func<CipherSuite, bool> isMeant) =>
        from version in seen.Spoken()
        from suite in version.Suites
        where isMeant(suite)
        select $"{version.Version.ToText()}: {suite.Name}";

    /// <summary>
    /// Whether none of the suites is meant: of all versions it is known whether they are spoken, and with what.
    /// </summary>
    public static bool HasNoSuite(this EndpointObservation seen, Func<TlsVersion, CipherSuite, bool> isMeant) =>
        seen.Spoken().Any() && seen.Versions.All(version => version.Supported switch
        {
            Answer.Yes => version is { Version: TlsVersion.Ssl2, Ssl2Suites.Count: > 0 }
                || version is { Suites.Count: > 0, UnknownSuites.Count: 0 } && !version.Suites.Any(suite => isMeant(version.Version, suite)),
            Answer.No => true,
            _ => false,
        });

    /// <summary>Whether the server signs its key share in this suite.</summary>
    public static bool IsSigned(this CipherSuite suite, TlsVersion version) => version == TlsVersion.Tls13
        || suite is { KeyExchange: KeyExchange.Dhe or KeyExchange.Ecdhe }
        || suite is { KeyExchange: KeyExchange.Srp, Authentication: Authentication.Rsa or Authentication.Dss };

    /// <summary>What the scan said it could not learn, as far as it is about one of the words.</summary>
    public static IEnumerable<string> GapsAbout(this EndpointObservation seen, params IEnumerable<string> words) =>
        seen.Gaps.Where(gap => words.Any(word => gap.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static readonly TlsVersion[] Before13 = [TlsVersion.Ssl3, TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12];
}
