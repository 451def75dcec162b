using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>One question put to a configuration.</summary>
public interface IConfigurationCheck
{
    /// <summary>What it looks for, and why.</summary>
    CheckDescription Description { get; }

    /// <summary>Answers it: at least one finding, a pass included.</summary>
    IEnumerable<Finding> Examine(ConfigurationObservation seen);
}
