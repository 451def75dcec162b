using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>
/// What a service offers by its configuration. Certificates, signature schemes, HTTP headers and what the TLS library does by itself
/// do not stand in one, and stay unknown.
/// </summary>
public static class ConfigurationOffer
{
    /// <summary>Reads it off an observation.</summary>
    /// <param name="service">The service.</param>
    /// <param name="software">Whose configuration it stands in.</param>
    public static TlsOffer Of(ServiceObservation service, string software) => new()
    {
        Versions = TlsVersions.All.ToDictionary(version => version, version => Speaks(service.Versions, version)),
        Suites = Suites(service),
        Groups = Groups(service),
        DhBits = DhBits(service),
        Features = Features(service),
        SpeaksHttp = software is "postfix" or "dovecot" ? Answer.No : Answer.Unknown,
    };

    // What no release does is known for all of them; what some do is not known of this one.
    private static Answer Speaks(Setting<IReadOnlyList<TlsVersion>> versions, TlsVersion version) =>
        !versions.Value.Contains(version) ? Answer.No : versions.Location is null ? Answer.Unknown : Answer.Yes;

    private static Dictionary<TlsVersion, IReadOnlyList<CipherSuite>> Suites(ServiceObservation service)
    {
        var suites = new Dictionary<TlsVersion, IReadOnlyList<CipherSuite>>();
        if (service.Suites.Problem is not null)
            return suites;
        foreach (var version in service.Versions.Value.Where(version => version < TlsVersion.Tls13))
        {
            suites[version] =
            [
                .. service.Suites.Older.Where(suite => IsPossible(suite, version))
                    .Where(suite => !IsFiniteField(suite) || service.DhParameters is not null),
            ];
        }
        // An empty list is what the library has by itself.
        if (service.Suites.Tls13.Count > 0 && service.Versions.Value.Contains(TlsVersion.Tls13))
            suites[TlsVersion.Tls13] = service.Suites.Tls13;
        return suites;
    }

    // RFC 5246 section 7.4.1.2 and appendix A.5: what comes with an AEAD or a hash of SHA-2 begins with TLS 1.2.
    private static bool IsPossible(CipherSuite suite, TlsVersion version) => version >= TlsVersion.Tls12
        || !(suite.IsAead || suite.Cipher.EndsWith("_SHA256", StringComparison.Ordinal)
            || suite.Cipher.EndsWith("_SHA384", StringComparison.Ordinal));

    private static bool IsFiniteField(CipherSuite suite) => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.AnonymousDh;

    private static Dictionary<TlsVersion, IReadOnlyList<NamedGroup>> Groups(ServiceObservation service)
    {
        // SSL_CTX_set1_groups_list(3), since OpenSSL 3.5: "/" parts lists, "*" and "?" mark names. What else there is (DEFAULT, "-") needs
        // to know the library's own list.
        var names = service.Groups?.Value.Split(':', '/').Select(name => NamedGroups.Find(name.Trim().TrimStart('*', '?'))).ToList();
        if (names is null || names.Contains(null))
            return [];
        List<NamedGroup> groups = [.. names.OfType<NamedGroup>()];
        return new()
        {
            // OpenSSL has the other kinds in TLS 1.3 alone.
            [TlsVersion.Tls12] = [.. groups.Where(group => group.Kind == NamedGroupKind.Curve)],
            [TlsVersion.Tls13] = groups,
        };
    }

    private static List<int>? DhBits(ServiceObservation service)
    {
        var isUsed = service.SpeaksTls12 && (service.Suites.Problem is not null || service.Suites.Older.Any(IsFiniteField));
        return !isUsed || service.DhParameters is null ? [] : service.DhParameters.Bits is { } bits ? [bits] : null;
    }

    private static Dictionary<TlsFeature, Answer> Features(ServiceObservation service) => new()
    {
        [TlsFeature.Compression] = service.Compression.Value,
        [TlsFeature.ClientRenegotiation] = service.Renegotiation.Value,
        [TlsFeature.Tls12Tickets] = service.Tickets.Issued.Value,
        [TlsFeature.SessionIds] = service.SessionCache.Kind.Value == SessionCacheKind.Off ? Answer.No : Answer.Yes,
        // Without tickets TLS 1.3 may still give out references to a cache.
        [TlsFeature.Tls13Tickets] = service.Tickets.Issued.Value == Answer.Yes ? Answer.Yes : Answer.Unknown,
        [TlsFeature.EarlyData] = service.EarlyData.Value,
        [TlsFeature.ServerPreference] = service.ServerPreference.Value,
    };
}
