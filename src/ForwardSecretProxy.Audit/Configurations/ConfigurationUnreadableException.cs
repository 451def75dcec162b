namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>A configuration could not be audited at all; the message names the file and the mend.</summary>
public sealed class ConfigurationUnreadableException : Exception
{
    /// <summary>Creates the exception with a reason that can be shown.</summary>
    public ConfigurationUnreadableException(string message)
        : base(message)
    {
    }
}
