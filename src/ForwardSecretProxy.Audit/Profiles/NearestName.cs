namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>The name that somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>The known name with the fewest letters to change, or null when all are far off.</summary>
    public static string? Of(string written, IEnumerable<string> known) => known
        .Select(name => (Name: name, Changes: Changes(written.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(one => one.Changes <= Math.Max(2, one.Name.Length / 3))
        .OrderBy(one => one.Changes)
        .FirstOrDefault().Name;

    // Levenshtein's distance, a row at a time.
    private static int Changes(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= to.Length; j++)
            {
                var cost = from[i - 1] == to[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
