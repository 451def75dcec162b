namespace ForwardSecretProxy.Admin;

/// <summary>
/// How often each of a few values came up, minute by minute over the last hour. Bounded: an hour, and no more values
/// in a dimension than <see cref="MaxValues"/>. Not thread-safe.
/// </summary>
internal sealed class MinuteCounts
{
    /// <summary>How far back it goes.</summary>
    public const int Minutes = 60;

    /// <summary>More than any policy offers; what is beyond is counted as <c>other</c>.</summary>
    public const int MaxValues = 24;

    private readonly SortedDictionary<string, Dictionary<string, long[]>> _dimensions = new(StringComparer.Ordinal);

    /// <summary>Counts one in the minute that has the place <paramref name="slot"/>.</summary>
    public void Add(int slot, string dimension, string value)
    {
        if (!_dimensions.TryGetValue(dimension, out var values))
            _dimensions[dimension] = values = new Dictionary<string, long[]>(StringComparer.Ordinal);
        if (!values.TryGetValue(value, out var counts))
        {
            if (values.Count >= MaxValues - 1)
                value = "other";
            if (!values.TryGetValue(value, out counts))
                values[value] = counts = new long[Minutes];
        }
        counts[slot]++;
    }

    /// <summary>Forgets the minute that had the place before.</summary>
    public void Clear(int slot)
    {
        foreach (var counts in _dimensions.Values.SelectMany(values => values.Values))
            counts[slot] = 0;
    }

    /// <summary>The values of a dimension that came up within the hour, most frequent first, minutes oldest first.</summary>
    public IReadOnlyList<StatusSeries> Read(string dimension, int newestSlot) =>
        !_dimensions.TryGetValue(dimension, out var values)
            ? []
            : [.. values.Where(value => value.Value.Any(count => count > 0))
                .OrderByDescending(value => value.Value.Sum()).ThenBy(value => value.Key, StringComparer.Ordinal)
                .Select(value => new StatusSeries(value.Key, InOrder(value.Value, newestSlot)))];

    /// <summary><paramref name="ring"/> with its oldest minute first.</summary>
    internal static IReadOnlyList<T> InOrder<T>(T[] ring, int newestSlot) =>
        [.. ring[(newestSlot + 1)..], .. ring[..(newestSlot + 1)]];
}
