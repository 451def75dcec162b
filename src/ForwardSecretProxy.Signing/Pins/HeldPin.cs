namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN that is read once and held until disposal, for a command that logs in to a token several times and ends soon: a
/// person is asked once. What serves for long does without.
/// </summary>
/// <param name="source">Where it comes from.</param>
public sealed class HeldPin(PinSource source) : PinSource, IDisposable
{
    private Pin? _pin;

    /// <inheritdoc/>
    public override string Description => source.Description;

    /// <inheritdoc/>
    public override Pin Read()
    {
        _pin ??= source.Read();
        return Pin.Copy(_pin.Bytes);
    }

    /// <summary>Zeroes the PIN.</summary>
    public void Dispose() => _pin?.Dispose();
}
