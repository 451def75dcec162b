using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whether the server's key shares are really made anew.</summary>
public sealed class EphemeralKeyReuseCheck(CheckLimits limits) : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "ephemeral-key-reuse",
        "Key shares that come again",
        "An ephemeral key that serves more than one session is a key that the server keeps: whoever gets it opens all of them, and "
        + "nobody can see from outside for how long it is kept. In finite fields a kept key also leaks bit by bit (Raccoon).",
        [
            "RFC 8446 appendix E.1", "RFC 9325 sections 7.3 and 7.4",
            "Springall, Durumeric, Halderman: Measuring the Security Harm of TLS Crypto Shortcuts, IMC 2016",
            "Merget et al., Raccoon, USENIX Security 2021",
        ],
        Mends.Of(
            nginx: "OpenSSL 1.1.0 or newer: older ones keep a DHE key unless SSL_OP_SINGLE_DH_USE is set",
            apache: "OpenSSL 1.1.0 or newer, and no SSLOpenSSLConfCmd that switches ECDHSingle or DHSingle off",
            haproxy: "OpenSSL 1.1.0 or newer",
            postfix: "OpenSSL 1.1.0 or newer",
            dovecot: "OpenSSL 1.1.0 or newer",
            fsp: "nothing: every handshake makes its own"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var findings = new List<Finding>();
        foreach (var shares in seen.KeyShares.Where(shares => shares.Repeated.Count > 0))
            findings.Add(Reused(shares));

        // Versions before TLS 1.3 make their shares alike: what the newest of them was asked for often, an older one needs to show once.
        var few = seen.KeyShares.GroupBy(shares => (shares.Version == TlsVersion.Tls13, shares.Group))
            .Where(same => same.All(shares => shares.Repeated.Count == 0) && same.Sum(shares => shares.Samples) < limits.KeyShareSamples)
            .Select(same => $"{Name(same.Max(shares => shares.Version), same.Key.Group)}: {same.Sum(shares => shares.Samples)}").ToList();
        if (few.Count > 0)
            findings.Add(Description.UnexaminedVital($"Fewer than {limits.KeyShareSamples} key shares were seen, which is too few to tell whether they come again.", few));

        var missing = Missing(seen).ToList();
        if (missing.Count > 0)
            findings.Add(Description.UnexaminedVital("Key shares of groups that the server accepts were not compared.", missing.Concat(seen.GapsAbout("share", "sample"))));
        if (seen.KeyShares.Count == 0 && missing.Count == 0)
            findings.Add(WithoutShares(seen));
        return findings.Count > 0 ? findings : [Description.Pass(
            $"Every key share was another one in {seen.KeyShares.Sum(shares => shares.Samples)} handshakes over {seen.KeyShares.Count} versions and groups.")];
    }

    private Finding Reused(KeyShareObservation shares) => Description.Failure(
        $"The server uses the same key share again in {Name(shares.Version, shares.Group)}, so it keeps the key of past sessions.",
        shares.Repeated.Select(share => FormattableString.Invariant(
            $"{share.Share} came {share.Times} times in {shares.Samples} handshakes, over {share.Seconds:0.#} seconds"))).For(PastSessions.Open);

    // No share at all is no sign of a fresh one, unless nothing ephemeral is spoken; then it is another check's failure.
    private Finding WithoutShares(EndpointObservation seen) =>
        seen.Spoken().Any() && seen.Spoken().All(version => version.Suites.Count + version.Ssl2Suites.Count > 0 && !version.Suites.Any(suite => suite.IsEphemeral))
            ? Description.Note("The server has no ephemeral key exchange.")
            : Description.UnexaminedVital("No key share of the server was seen.", seen.GapsAbout("share", "sample"));

    private static IEnumerable<string> Missing(EndpointObservation seen)
    {
        foreach (var groups in seen.Groups)
        {
            var compared = seen.KeyShares.Where(shares => IsSameVersion(shares.Version, groups.Version)).Select(shares => shares.Group).ToList();
            // Before TLS 1.3 a finite-field group comes as parameters, and its shares under their size.
            var named = groups.Groups.Where(group => groups.Version == TlsVersion.Tls13 || group.Kind != NamedGroupKind.FiniteField);
            foreach (var group in named.Where(group => !compared.Contains(group.Name, StringComparer.OrdinalIgnoreCase)))
                yield return Name(groups.Version, group.Name);
        }

        foreach (var version in seen.Spoken().Where(version => version.Version is TlsVersion.Tls12 or TlsVersion.Tls13))
        {
            if (version.Suites.Any(suite => suite.IsEphemeral) && seen.Groups.All(groups => groups.Version != version.Version)
                && seen.KeyShares.All(shares => shares.Version != version.Version))
            {
                yield return version.Version.ToText();
            }
        }

        if (seen.DhParameters.Count > 0 && !seen.KeyShares.Any(shares => shares.Version != TlsVersion.Tls13 && IsFiniteField(shares.Group)))
            yield return "finite-field Diffie-Hellman";
    }

    private static bool IsFiniteField(string group) =>
        group.StartsWith("DHE", StringComparison.OrdinalIgnoreCase) || group.StartsWith("ffdhe", StringComparison.OrdinalIgnoreCase);

    // TLS 1.2 stands for all versions before it in the lists of groups.
    private static bool IsSameVersion(TlsVersion one, TlsVersion other) => (one == TlsVersion.Tls13) == (other == TlsVersion.Tls13);

    private static string Name(TlsVersion version, string group) => $"{version.ToText()} with {group}";
}
