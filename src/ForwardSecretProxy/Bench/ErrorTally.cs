namespace ForwardSecretProxy.Bench;

/// <summary>Counts errors by kind and keeps the first example of each.</summary>
internal sealed class ErrorTally
{
    /// <summary>Far above the alerts and statuses there are; the rest of a strange server's go under one name.</summary>
    private const int MostKinds = 64;

    private readonly Dictionary<(BenchErrorKind Kind, string Detail), (long Count, string Example)> _errors = [];

    /// <summary>All of them, the most frequent first.</summary>
    public IReadOnlyList<BenchError> Errors =>
        [.. _errors.OrderByDescending(error => error.Value.Count)
            .Select(error => new BenchError(error.Key.Kind, error.Key.Detail, error.Value.Count, error.Value.Example))];

    /// <summary>Counts one.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="detail">What tells it apart.</param>
    /// <param name="explain">Its own words; called for the first of a kind only.</param>
    public void Add(BenchErrorKind kind, string detail, Func<string> explain)
    {
        var key = (kind, detail);
        if (_errors.Count >= MostKinds && !_errors.ContainsKey(key))
            key = (kind, "others");
        _errors[key] = _errors.TryGetValue(key, out var known)
            ? (known.Count + 1, known.Example)
            : (1, explain());
    }

    /// <summary>Counts another tally's too.</summary>
    public void Add(ErrorTally other)
    {
        foreach (var (key, (count, example)) in other._errors)
        {
            _errors[key] = _errors.TryGetValue(key, out var known)
                ? (known.Count + count, known.Example)
                : (count, example);
        }
    }
}
