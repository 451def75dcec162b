namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN that was typed once and is kept in memory for the next login: what a signer needs whose worker may have to be
/// started anew without anybody at the terminal.
/// </summary>
public sealed class TypedPin(Pin pin) : PinSource
{
    /// <inheritdoc/>
    public override string Description => "the terminal";

    /// <inheritdoc/>
    public override Pin Read() => Pin.Copy(pin.Bytes);
}
