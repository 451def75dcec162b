using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>What a server agrees on, as a table: the suites it takes in each version, and the groups.</summary>
public sealed class HandshakeMatrix
{
    private readonly EndpointObservation _seen;

    /// <summary>The table of what was seen.</summary>
    public HandshakeMatrix(EndpointObservation seen)
    {
        _seen = seen;
        Versions = [.. seen.Versions.Where(version => version.Supported == Answer.Yes)];
        Suites = [.. ReadSuites()];
        Groups = [.. ReadGroups()];
    }

    /// <summary>The versions that are spoken, the oldest first: the columns for suites.</summary>
    public IReadOnlyList<VersionObservation> Versions { get; }

    /// <summary>The suites, those of the newest version first, in the server's order.</summary>
    public IReadOnlyList<MatrixRow> Suites { get; }

    /// <summary>The versions that groups were seen in: the columns for groups.</summary>
    public IReadOnlyList<TlsVersion> GroupVersions => [.. _seen.Groups.Select(groups => groups.Version)];

    /// <summary>The groups, those of the newest version first.</summary>
    public IReadOnlyList<MatrixRow> Groups { get; }

    private IEnumerable<MatrixRow> ReadSuites() => Versions.Reverse().SelectMany(NamesOf).DistinctBy(suite => suite.Name)
        .Select(suite => new MatrixRow(suite.Name, suite.Kind,
            [.. Versions.Select(version => RankOf([.. NamesOf(version).Select(each => each.Name)], suite.Name))]));

    private IEnumerable<MatrixRow> ReadGroups() => _seen.Groups.Reverse().SelectMany(groups => groups.Groups).Distinct()
        .Select(group => new MatrixRow(group.Name, KindOf(group),
            [.. _seen.Groups.Select(groups => RankOf([.. groups.Groups.Select(each => each.Name)], group.Name))]));

    private static MatrixKind KindOf(NamedGroup group) =>
        group.Kind is NamedGroupKind.Hybrid or NamedGroupKind.Encapsulation ? MatrixKind.PostQuantum : MatrixKind.Ephemeral;

    // SSL 2.0 has RSA key exchange and no other.
    private static IEnumerable<(string Name, MatrixKind Kind)> NamesOf(VersionObservation version) =>
        version.Suites.Select(suite => (suite.Name, suite.IsEphemeral ? MatrixKind.Ephemeral : MatrixKind.Static))
            .Concat(version.Ssl2Suites.Select(name => (name, MatrixKind.Static)))
            .Concat(version.UnknownSuites.Select(code => (code, MatrixKind.Unknown)));

    private static int? RankOf(List<string> names, string name) => names.IndexOf(name) is >= 0 and var at ? at + 1 : null;
}
