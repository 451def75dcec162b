namespace ForwardSecretProxy.OpenSsl;

/// <summary>libssl or libcrypto could not be used, or refused a call; the message holds its reasons.</summary>
public sealed class OpenSslException : Exception
{
    /// <summary>Creates the exception with a reason that can be shown.</summary>
    public OpenSslException(string message)
        : base(message)
    {
    }
}
