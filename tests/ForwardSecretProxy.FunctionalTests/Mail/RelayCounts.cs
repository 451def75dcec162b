using System.Globalization;
using System.Text.RegularExpressions;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>What relaying listeners had counted at one moment.</summary>
internal sealed partial class RelayCounts
{
    private readonly Dictionary<string, long> _counts = [];

    /// <summary>Reads an answer of <c>/metrics</c>.</summary>
    public static RelayCounts Parse(string metrics)
    {
        var counts = new RelayCounts();
        foreach (Match match in Line().Matches(metrics))
            counts._counts[Key(match.Groups[1].Value, match.Groups[2].Value)] = long.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
        return counts;
    }

    /// <summary>One counter of one listener.</summary>
    public long Of(string counter, string listener) => _counts.GetValueOrDefault(Key(counter, listener));

    /// <summary>What has been added since then: "counter at listener" and how much.</summary>
    public SortedDictionary<string, long> Since(RelayCounts before, params string[] counters) => new(_counts
        .Where(entry => counters.Any(counter => entry.Key.StartsWith(counter + ' ', StringComparison.Ordinal)))
        .Select(entry => KeyValuePair.Create(entry.Key, entry.Value - before._counts.GetValueOrDefault(entry.Key)))
        .Where(entry => entry.Value != 0)
        .ToDictionary());

    private static string Key(string counter, string listener) => $"{counter} at {listener}";

    [GeneratedRegex("^fsp_relay_([a-z_]+)_total\\{fsp_listener=\"([a-z0-9]+)\",fsp_relay_protocol=\"[a-z0-9]+\"\\} ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
