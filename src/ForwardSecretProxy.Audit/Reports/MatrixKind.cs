namespace ForwardSecretProxy.Audit.Reports;

/// <summary>What a suite or group means for sessions that were recorded.</summary>
public enum MatrixKind
{
    /// <summary>Its keys are made for one session, as far as its name says.</summary>
    Ephemeral,

    /// <summary>The same, and not for a quantum computer to find either.</summary>
    PostQuantum,

    /// <summary>A key that the server keeps opens the session.</summary>
    Static,

    /// <summary>No registry has it.</summary>
    Unknown,
}
