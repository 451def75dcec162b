using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>How long a ticket key was seen in use. It may be older, and live on.</summary>
/// <param name="Name">What its tickets begin with, in hexadecimal.</param>
/// <param name="First">When it was seen first.</param>
/// <param name="Last">When it was seen last.</param>
/// <param name="Tickets">How many tickets it encrypted, at least 2.</param>
public sealed record TicketKeyLife(string Name, DateTimeOffset First, DateTimeOffset Last, int Tickets)
{
    /// <summary>From the first time to the last.</summary>
    public TimeSpan Seen => Last - First;

    /// <summary>The keys that samples show, by the time they were seen first. A beginning that never comes twice names no key.</summary>
    public static IReadOnlyList<TicketKeyLife> Of(IEnumerable<TicketSample> samples) =>
    [
        .. samples.GroupBy(sample => sample.Prefix).Where(same => same.Count() > 1)
            .Select(same => new TicketKeyLife(same.Key, same.Min(one => one.At), same.Max(one => one.At), same.Count()))
            .OrderBy(life => life.First),
    ];

    /// <summary>Whether a key was seen to go and another to come. Several at once, of several machines, are no rotation.</summary>
    public static bool WasRotated(IReadOnlyList<TicketKeyLife> lives) =>
        lives.Any(old => lives.Any(young => young.First > old.Last));
}
