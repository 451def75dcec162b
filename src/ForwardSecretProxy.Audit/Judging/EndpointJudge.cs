using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Judging;

/// <summary>Puts every check to what was seen of a server.</summary>
public static class EndpointJudge
{
    /// <summary>Findings of all checks, and the verdict.</summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="checks">The checks; <see cref="EndpointChecks.All"/> unless given.</param>
    /// <param name="others">Findings from elsewhere, such as a profile's, to be listed with them.</param>
    public static Judgement Judge(
        EndpointObservation seen, IReadOnlyList<IEndpointCheck>? checks = null, IEnumerable<Finding>? others = null) =>
        Judgement.Of((checks ?? EndpointChecks.All).SelectMany(check => check.Examine(seen)).Concat(others ?? []));
}
