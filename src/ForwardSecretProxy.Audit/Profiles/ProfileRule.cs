using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>One rule of a profile.</summary>
/// <param name="Kind">Its name in JSON; the findings' check is <c>policy-</c> and this.</param>
/// <param name="Severity"><see cref="FindingLevel.Failure"/> or <see cref="FindingLevel.Warning"/>.</param>
/// <param name="Reference">The clause of the source, or null.</param>
public abstract record ProfileRule(string Kind, FindingLevel Severity, string? Reference)
{
    /// <summary>The findings' check.</summary>
    public string Check => ProfileJudge.IdPrefix + Kind;

    /// <summary>What it demands, as a sentence without its full stop.</summary>
    public abstract string Demand { get; }

    /// <summary>At least one finding, a pass included.</summary>
    public abstract IEnumerable<Finding> Judge(TlsOffer offer);

    /// <summary>It is fulfilled.</summary>
    protected Finding Fulfilled() => new(Check, FindingLevel.Pass, $"{Demand}.");

    /// <summary>It is not known whether it is fulfilled.</summary>
    protected Finding Unknown(string what) =>
        new(Check, FindingLevel.Unexamined, $"{what} is not known, so this was not judged: {Demand}.");

    /// <summary>It is violated by what the evidence names.</summary>
    protected Finding Violated(params IEnumerable<string> evidence) => new(Check, Severity, $"Violated: {Demand}.")
    {
        Evidence = Reference is null ? [.. evidence] : [.. evidence, $"rule: {Reference}"],
    };
}
