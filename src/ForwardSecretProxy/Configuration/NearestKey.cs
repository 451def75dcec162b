namespace ForwardSecretProxy.Configuration;

/// <summary>Finds the key that somebody most likely meant.</summary>
internal static class NearestKey
{
    /// <summary>
    /// The entry of <paramref name="known"/> with the smallest edit distance to <paramref name="written"/>, or null
    /// when none is near enough to be a slip: a third of its letters, at least one.
    /// </summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        var best = known
            .Select(key => (Key: key, Distance: EditDistance(written, key)))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return best.Key is not null && best.Distance <= Math.Max(1, best.Key.Length / 3) ? best.Key : null;
    }

    /// <summary>"Did you mean X?" where there is one, else all that could be meant.</summary>
    public static string Suggest(string written, IReadOnlyCollection<string> known)
    {
        if (Find(written, known) is { } nearest)
            return $"Did you mean {nearest}?";
        return known.Count == 0
            ? "Remove it."
            : $"Known here: {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}.";
    }

    // Levenshtein over two rows; keys are short.
    private static int EditDistance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var replace = previous[j - 1] + (same ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}
