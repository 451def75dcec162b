namespace ForwardSecretProxy.Signing.Keys;

/// <summary>A key did not pass the gate. There is no switch to use it all the same.</summary>
public sealed class KeyRefusedException : TokenException
{
    /// <summary>Creates the exception from what the gate found.</summary>
    public KeyRefusedException(KeyGateReport report)
        : base($"{report ?? throw new ArgumentNullException(nameof(report))}{Environment.NewLine}Make a new key with "
            + "`fsp key generate`, which keeps all of this, and ask for a certificate for it.") => Report = report;

    /// <summary>Every check with what was wanted and what was found.</summary>
    public KeyGateReport Report { get; }
}
