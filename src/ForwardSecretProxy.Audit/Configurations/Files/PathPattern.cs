using System.IO.Enumeration;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>File name patterns as glob(7) has them: <c>*</c>, <c>?</c> and <c>[...]</c> in any part of a path.</summary>
internal static class PathPattern
{
    /// <summary>Whether the path has anything to expand.</summary>
    public static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>The existing files and folders that match, in the order of their names; at most <paramref name="limit"/>.</summary>
    public static IReadOnlyList<string> Expand(string pattern, int limit)
    {
        List<string> found = [pattern.StartsWith('/') ? "/" : "."];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = IsPattern(part)
                ? [.. found.SelectMany(folder => Matches(folder, part)).Take(limit)]
                : [.. found.Select(folder => Path.Combine(folder, part)).Where(Path.Exists)];
        }
        return found;
    }

    private static IEnumerable<string> Matches(string folder, string part)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder)
                .Where(path => IsMatch(part, Path.GetFileName(path)))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A leading dot is matched by a dot only.
    private static bool IsMatch(string pattern, string name) =>
        (!name.StartsWith('.') || pattern.StartsWith('.'))
        && Alternatives(pattern).Any(simple => FileSystemName.MatchesSimpleExpression(simple, name, ignoreCase: false));

    // Sets are few and small in configurations: [0-9]*, [!_]*. Each becomes its members; a negated one becomes "any".
    private static List<string> Alternatives(string pattern)
    {
        const int most = 128;
        var open = pattern.IndexOf('[', StringComparison.Ordinal);
        var close = open < 0 ? -1 : pattern.IndexOf(']', open + 1);
        if (close < 0)
            return [pattern.Replace("\\", "\\\\", StringComparison.Ordinal)];

        var (before, set, after) = (pattern[..open], pattern[(open + 1)..close], pattern[(close + 1)..]);
        if (set.StartsWith('!') || set.StartsWith('^'))
            return Alternatives($"{before}?{after}");
        return [.. Members(set).Take(most).SelectMany(member => Alternatives($"{before}{member}{after}")).Take(most)];
    }

    private static IEnumerable<char> Members(string set)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                for (var member = set[i]; member <= set[i + 2] && member < char.MaxValue; member++) yield return member;
                i += 2;
            }
            else
            {
                yield return set[i];
            }
        }
    }
}
