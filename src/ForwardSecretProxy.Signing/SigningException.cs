namespace ForwardSecretProxy.Signing;

/// <summary>
/// A signature could not be made; the message says why in an operator's words, and never holds a secret.
/// </summary>
public sealed class SigningException : Exception
{
    /// <summary>Creates the exception with a reason that can be shown and logged.</summary>
    public SigningException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a reason and what caused it.</summary>
    public SigningException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the token is well, as far as is known, and only has too much to do.</summary>
    public bool IsBusy { get; init; }
}
