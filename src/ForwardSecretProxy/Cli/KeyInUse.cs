using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Cli;

/// <summary>A key that passed the gate, together with what has to be closed after it.</summary>
/// <param name="token">What the key is on.</param>
/// <param name="signer">Signs with the key until disposal.</param>
internal sealed class KeyInUse(IDisposable token, ISigner signer) : IDisposable
{
    /// <summary>Signs with the key.</summary>
    public ISigner Signer => signer;

    /// <inheritdoc/>
    public void Dispose() => token.Dispose();
}
