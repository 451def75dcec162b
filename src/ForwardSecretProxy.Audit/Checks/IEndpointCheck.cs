using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>One question put to what was seen of a server.</summary>
public interface IEndpointCheck
{
    /// <summary>What it looks for, and why.</summary>
    CheckDescription Description { get; }

    /// <summary>
    /// Answers it: at least one finding, a pass included. What was not observed gives <see cref="FindingLevel.Unexamined"/>,
    /// never a pass.
    /// </summary>
    IEnumerable<Finding> Examine(EndpointObservation seen);
}
