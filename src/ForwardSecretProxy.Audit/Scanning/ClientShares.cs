using System.Collections.Concurrent;
using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// The client's key shares, one a group for a whole scan. Probes end before any secret is made, so nothing depends on the
/// client's share being fresh; the server's has to be, whatever the client sends. Making one for a large finite field takes longer than
/// all the rest of a probe.
/// </summary>
internal sealed class ClientShares
{
    private readonly ConcurrentDictionary<NamedGroup, Lazy<KeyShareEntry?>> _shares = new();

    /// <summary>The share for a group, or null for a group whose arithmetic is not there.</summary>
    public KeyShareEntry? For(NamedGroup group) => _shares.GetOrAdd(group, static each => new Lazy<KeyShareEntry?>(
        () => KeyAgreement.Create(each) is { } agreement ? new KeyShareEntry(each.Code, agreement.Share) : null)).Value;
}
