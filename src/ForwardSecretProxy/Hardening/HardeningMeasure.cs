namespace ForwardSecretProxy.Hardening;

/// <summary>One thing that stands between an attacker and what a process holds.</summary>
/// <param name="Name">What it is called in documents and logs; it never changes.</param>
/// <param name="Stops">What cannot be done when it is in force.</param>
/// <param name="InForce">Whether it is, as the kernel says or as was tried.</param>
/// <param name="Reason">Why it is not; null when it is.</param>
/// <param name="Mend">What to do about it; null when there is nothing to do, or no need.</param>
internal sealed record HardeningMeasure(string Name, string Stops, bool InForce, string? Reason, string? Mend)
{
    /// <summary>One that was observed to be in force or not, with what to say if not.</summary>
    public static HardeningMeasure Observed(string name, string stops, bool inForce, string reason, string? mend) =>
        inForce ? new(name, stops, true, null, null) : new(name, stops, false, reason, mend);
}
