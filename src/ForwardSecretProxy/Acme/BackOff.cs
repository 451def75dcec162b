namespace ForwardSecretProxy.Acme;

/// <summary>How long to wait after tries that failed: longer each time, and not all at once with everybody else.</summary>
internal static class BackOff
{
    /// <summary>Authorities count failures by the hour.</summary>
    private static readonly TimeSpan First = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>The authority's own wish counts, up to so long: what is said by mistake must not be for ever.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromDays(7);

    /// <summary>The time after failure number <paramref name="failures"/>, from 1 on.</summary>
    /// <param name="failures">How many in a row.</param>
    /// <param name="wish">What the authority asks for at least; null for nothing.</param>
    /// <param name="random">Adds up to a quarter.</param>
    public static TimeSpan After(int failures, TimeSpan? wish, Random random)
    {
        var doubled = First * Math.Pow(2, Math.Min(failures, 20) - 1);
        var wait = (doubled < Longest ? doubled : Longest) * (1 + random.NextDouble() / 4);
        var asked = wish is { } after && after > LongestWish ? LongestWish : wish;
        return asked > wait ? asked.Value : wait;
    }
}
