using System.Net;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// The one address that Kestrel binds: whatever the listeners of a <see cref="ListenerSet"/> accept. Kestrel cannot be
/// given more addresses while it runs; the set can.
/// </summary>
internal sealed class ListenersEndPoint : EndPoint
{
    /// <inheritdoc/>
    public override string ToString() => "listeners";
}
