using ForwardSecretProxy.Audit.Probing;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What a server accepts of many things, found by offering all that are left and taking out what it chose.</summary>
/// <param name="Accepted">In the order in which the server chose.</param>
/// <param name="Stray">What it chose although it was not offered any more, which ended the search.</param>
/// <param name="IsComplete">Whether the end was a refusal, and not silence.</param>
internal sealed record Elimination<T>(IReadOnlyList<T> Accepted, T? Stray, bool IsComplete)
    where T : struct
{
    /// <summary>Asks until the server refuses, at most once for each candidate and once more.</summary>
    /// <param name="candidates">The first offer.</param>
    /// <param name="ask">Offers what is left.</param>
    /// <param name="chosen">What the server chose, or null if it refused.</param>
    public static async Task<Elimination<T>> RunAsync(
        IEnumerable<T> candidates, Func<IReadOnlyList<T>, Task<ServerFlight>> ask, Func<ServerFlight, T?> chosen)
    {
        var left = candidates.ToList();
        var accepted = new List<T>();
        while (left.Count > 0)
        {
            var flight = await ask(left);
            if (chosen(flight) is not { } choice)
                return new Elimination<T>(accepted, null, flight.IsConclusive);
            if (!left.Remove(choice))
                return new Elimination<T>(accepted, choice, true);
            accepted.Add(choice);
        }

        return new Elimination<T>(accepted, null, true);
    }
}
