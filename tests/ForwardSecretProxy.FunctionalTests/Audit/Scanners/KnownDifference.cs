using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>A line of <c>differences.csv</c>: a difference between our report and another scanner's, with its reason.</summary>
/// <param name="Server">The catalogue's name of the server, or a pattern with <c>*</c>.</param>
/// <param name="Scanner">Whose report it is.</param>
/// <param name="Who">As in <see cref="ScannerDifference"/>.</param>
/// <param name="What">The same, or a pattern with <c>*</c>.</param>
/// <param name="Reason">Why that is right.</param>
internal sealed record KnownDifference(string Server, string Scanner, string Who, string What, string Reason)
{
    private const string File = "tests/ForwardSecretProxy.FunctionalTests/Audit/Scanners/differences.csv";
    private const int Columns = 5;

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        .. System.IO.File.ReadLines(Repository.Path(File))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(Parse),
    ];

    /// <summary>Those of the differences at a server that nobody has explained.</summary>
    public static IReadOnlyList<ScannerDifference> Unexplained(
        string server, string scanner, IEnumerable<ScannerDifference> differences) =>
    [
        .. differences.Where(difference => !All.Any(known => known.Explains(server, scanner, difference))),
    ];

    /// <summary>Whether it is about this difference.</summary>
    public bool Explains(string server, string scanner, ScannerDifference difference) =>
        Scanner == scanner && Who == difference.Who && Matches(Server, server) && Matches(What, difference.What);

    private static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");

    private static KnownDifference Parse(string line)
    {
        var cells = line.Split(',', Columns);
        return cells.Length == Columns
            ? new KnownDifference(cells[0], cells[1], cells[2], cells[3], cells[4].Trim())
            : throw new FormatException($"{File}: not five columns: {line}");
    }
}
