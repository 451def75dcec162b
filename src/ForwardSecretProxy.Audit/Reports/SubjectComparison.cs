using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>One subject in two reports.</summary>
internal sealed class SubjectComparison(AuditedSubject before, AuditedSubject now, IReadOnlyList<CheckDescription> checksBefore)
{
    /// <summary>What differs. Where one of them could not be audited, that alone.</summary>
    public IEnumerable<BaselineChange> Changes()
    {
        if (before.Error is not null || now.Error is not null)
            return Reachability();
        var changes = Verdict().Concat(Findings());
        return before.Endpoint is { } then && now.Endpoint is { } today
            ? changes.Concat(Versions(then, today)).Concat(Suites(then, today))
                .Concat(Groups(then, today)).Concat(Certificates(then, today))
            : changes;
    }

    private IEnumerable<BaselineChange> Reachability()
    {
        if (before.Error is null)
            yield return Change(true, $"could not be audited: {now.Error}");
        else if (now.Error is null)
            yield return Change(null, $"could be audited again, and has grade {now.Verdict?.Grade}");
    }

    private IEnumerable<BaselineChange> Verdict()
    {
        if (before.Verdict is not { } then || now.Verdict is not { } today || then.Grade == today.Grade)
            yield break;
        yield return Change(string.CompareOrdinal(today.Grade, then.Grade) > 0,
            $"grade {then.Grade} became {today.Grade}: {today.Sentence}");
    }

    private IEnumerable<BaselineChange> Findings()
    {
        foreach (var check in before.Findings.Concat(now.Findings).Select(finding => finding.Check).Distinct())
        {
            var then = before.Findings.Where(finding => finding.Check == check).ToList();
            var today = now.Findings.Where(finding => finding.Check == check).ToList();
            var change = then.Count == 0 ? Appeared(check, today) : today.Count == 0 ? Disappeared(check, then) : Moved(check, then, today);
            if (change is not null)
                yield return change;
        }
    }

    // A check that was not made before says nothing about how it was.
    private BaselineChange? Appeared(string check, List<Finding> today)
    {
        var isNew = checksBefore.All(description => description.Id != check);
        var worst = Worst(today);
        return worst.Level is FindingLevel.Pass
            ? null
            : Change(isNew || worst.Level < FindingLevel.Warning ? null : true,
                $"{check}{(isNew ? ", which was not checked before" : "")}: {worst.Level.ToText()}: {worst.Message}");
    }

    private BaselineChange? Disappeared(string check, List<Finding> then) => Worst(then).Level < FindingLevel.Warning
        ? null
        : Change(null, $"{check} was {Worst(then).Level.ToText()} and is not checked any more");

    private BaselineChange? Moved(string check, List<Finding> then, List<Finding> today)
    {
        var (old, current) = (Worst(then), Worst(today));
        if (old.Level != current.Level)
            return Change(IsWorse(old.Level, current.Level),
                $"{check}: {old.Level.ToText()} became {current.Level.ToText()}: {current.Message}");
        return old.Level < FindingLevel.Warning || then.Select(Gist).ToHashSet().SetEquals(today.Select(Gist))
            ? null
            : Change(null,
                $"{check}: still {current.Level.ToText()}, now: {string.Join("; ", At(today, current.Level).Select(each => each.Message))}");
    }

    // Not to know is neither better nor worse than to know.
    private static bool? IsWorse(FindingLevel old, FindingLevel current) =>
        current == FindingLevel.Unexamined || (old == FindingLevel.Unexamined && current < FindingLevel.Warning) ? null : current > old;

    private static Finding Worst(List<Finding> findings) => findings.MaxBy(finding => finding.Level)!;

    private static IEnumerable<Finding> At(List<Finding> findings, FindingLevel level) => findings.Where(finding => finding.Level == level);

    // Days that are left and the like change all the time.
    private static string Gist(Finding finding) =>
        finding.Level.ToText() + string.Concat(finding.Message.Where(each => !char.IsAsciiDigit(each)));

    private IEnumerable<BaselineChange> Versions(EndpointObservation then, EndpointObservation today) =>
        from current in today.Versions
        let old = then.Versions.FirstOrDefault(version => version.Version == current.Version)
        where old is not null && old.Supported != current.Supported
            && old.Supported != Answer.Unknown && current.Supported != Answer.Unknown
        let isSpoken = current.Supported == Answer.Yes
        select Change(
            current.Version == TlsVersion.Tls12 ? null : isSpoken ^ (current.Version == TlsVersion.Tls13),
            $"{current.Version.ToText()} is {(isSpoken ? "spoken" : "not spoken any more")}");

    private IEnumerable<BaselineChange> Suites(EndpointObservation then, EndpointObservation today)
    {
        // A version that comes or goes is said once, above, and not once for each of its suites.
        var versions = Spoken(then).Intersect(Spoken(today)).ToList();
        var (old, current) = (Of(then), Of(today));
        foreach (var (version, suite) in current.Except(old))
            yield return Change(suite.IsEphemeral ? null : true, $"{version.ToText()} takes {suite}");
        foreach (var (version, suite) in old.Except(current))
            yield return Change(suite.IsEphemeral ? null : false, $"{version.ToText()} takes {suite} no more");

        List<(TlsVersion Version, CipherSuite Suite)> Of(EndpointObservation seen) =>
        [
            .. seen.Versions.Where(version => versions.Contains(version.Version))
                .SelectMany(version => version.Suites.Select(suite => (version.Version, suite))),
        ];
    }

    private static IEnumerable<TlsVersion> Spoken(EndpointObservation seen) =>
        seen.Versions.Where(version => version.Supported == Answer.Yes).Select(version => version.Version);

    private IEnumerable<BaselineChange> Groups(EndpointObservation then, EndpointObservation today)
    {
        var (old, current) = (Of(then), Of(today));
        var versions = Spoken(then).Intersect(Spoken(today)).ToList();
        return current.Except(old).Where(IsWorthALine)
            .Select(each => Change(IsHybrid(each) ? false : null, $"{each.Version.ToText()} agrees on {each.Group}"))
            .Concat(old.Except(current).Where(IsWorthALine)
                .Select(each => Change(IsHybrid(each) ? true : null, $"{each.Version.ToText()} agrees on {each.Group} no more")));

        static List<(TlsVersion Version, NamedGroup Group)> Of(EndpointObservation seen) =>
            [.. seen.Groups.SelectMany(groups => groups.Groups.Select(group => (groups.Version, group)))];

        bool IsWorthALine((TlsVersion Version, NamedGroup Group) each) => versions.Contains(each.Version) || IsHybrid(each);

        static bool IsHybrid((TlsVersion Version, NamedGroup Group) each) => each.Group.Kind == NamedGroupKind.Hybrid;
    }

    private IEnumerable<BaselineChange> Certificates(EndpointObservation then, EndpointObservation today)
    {
        var (old, current) = (Of(then), Of(today));
        return current.Except(old).Select(certificate => Change(null, $"shows a certificate it did not show before: {Name(certificate)}"))
            .Concat(old.Except(current).Select(certificate => Change(null, $"does not show a certificate any more: {Name(certificate)}")));

        static List<string> Of(EndpointObservation seen) =>
            [.. seen.Certificates.Where(chain => chain.Chain.Count > 0).Select(chain => chain.Chain[0]).Distinct()];
    }

    // A server may show what is no certificate at all.
    private static string Name(string base64)
    {
        try
        {
            var der = Convert.FromBase64String(base64);
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return string.Create(CultureInfo.InvariantCulture,
                $"{certificate.Subject}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, "
                    + $"SHA-256 {Convert.ToHexStringLower(SHA256.HashData(der))[..16]}...");
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return "one that cannot be read";
        }
    }

    private BaselineChange Change(bool? isWorse, string message) => new(now.Name, isWorse, message);
}
