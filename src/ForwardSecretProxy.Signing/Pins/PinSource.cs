namespace ForwardSecretProxy.Signing.Pins;

/// <summary>Where a PIN comes from. It is read anew for each login, so nothing has to keep it in between.</summary>
public abstract class PinSource
{
    /// <summary>The source in words for messages, such as <c>the file /etc/fsp/pin</c>; never the PIN.</summary>
    public abstract string Description { get; }

    /// <summary>Reads the PIN; the caller disposes it.</summary>
    /// <exception cref="TokenException">
    /// There is none to read, or others can read it too; the message says the mend.
    /// </exception>
    public abstract Pin Read();

    /// <inheritdoc/>
    public sealed override string ToString() => Description;
}
