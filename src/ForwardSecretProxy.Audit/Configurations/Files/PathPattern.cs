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
    private static bool IsMatch(string pattern, string name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.')) return false;

        // On a mismatch the last star takes one more character: no more than pattern times name steps.
        var (p, n, afterStar, starEnd) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (afterStar, starEnd) = (++p, n);
            }
            else if (p < pattern.Length && Step(pattern, p, name[n]) is var next and > 0)
            {
                (p, n) = (next, n + 1);
            }
            else if (afterStar >= 0)
            {
                (p, n) = (afterStar, ++starEnd);
            }
            else
            {
                return false;
            }
        }
        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    // Where the pattern goes on when its next part matches the character; 0 when it does not.
    private static int Step(string pattern, int at, char c)
    {
        var close = pattern[at] == '[' ? pattern.IndexOf(']', Math.Min(at + 2, pattern.Length)) : -1;
        if (close < 0) return pattern[at] == '?' || pattern[at] == c ? at + 1 : 0;

        var set = pattern.AsSpan(at + 1, close - at - 1);
        var isNegated = set[0] is '!' or '^';
        return Contains(isNegated ? set[1..] : set, c) != isNegated ? close + 1 : 0;
    }

    private static bool Contains(ReadOnlySpan<char> set, char c)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (c >= set[i] && c <= set[i + 2]) return true;
                i += 2;
            }
            else if (set[i] == c)
            {
                return true;
            }
        }
        return false;
    }
}
