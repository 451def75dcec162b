namespace ForwardSecretProxy.Signing.Pins;

/// <summary>In place of a PIN that the token refused before: it is not tried again, because tokens lock after a few.</summary>
/// <param name="reason">What the token said.</param>
public sealed class RefusedPin(string reason) : PinSource
{
    /// <inheritdoc/>
    public override string Description => "the signer's memory";

    /// <inheritdoc/>
    public override Pin Read() => throw TokenException.PinRefused(
        $"{reason} It is not tried again by itself; put the right PIN there and reload.");
}
