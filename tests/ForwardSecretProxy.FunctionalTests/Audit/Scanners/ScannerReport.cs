using System.Text.Json;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>What a scanner, ours or another, says about a server, as far as it can be compared.</summary>
/// <param name="Versions">The versions it found, as our own report writes them.</param>
/// <param name="Suites">The suites it found, from SSL 3.0 on.</param>
internal sealed record ScannerReport(IReadOnlySet<string> Versions, IReadOnlySet<OfferedSuite> Suites)
{
    /// <summary>What ours saw.</summary>
    public static ScannerReport Of(EndpointObservation seen)
    {
        var spoken = seen.Versions.Where(version => version.Supported == Answer.Yes).ToList();
        return new ScannerReport(
            spoken.Select(version => JsonSerializer.SerializeToElement(version.Version).GetString()!).ToHashSet(),
            spoken.SelectMany(version => version.Suites.Select(suite => new OfferedSuite(
                JsonSerializer.SerializeToElement(version.Version).GetString()!, suite.Code))).ToHashSet());
    }

    /// <summary>In what this one, ours, differs from another scanner's.</summary>
    public IEnumerable<ScannerDifference> DifferencesFrom(ScannerReport theirs) =>
    [
        .. Versions.Except(theirs.Versions).Select(version => new ScannerDifference(ScannerDifference.OnlyOurs, version)),
        .. theirs.Versions.Except(Versions).Select(version => new ScannerDifference(ScannerDifference.OnlyTheirs, version)),
        .. Suites.Except(theirs.Suites).Select(suite => new ScannerDifference(ScannerDifference.OnlyOurs, $"{suite}")),
        .. theirs.Suites.Except(Suites).Select(suite => new ScannerDifference(ScannerDifference.OnlyTheirs, $"{suite}")),
    ];
}
