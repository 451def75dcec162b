using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// The sessions of a token behind a signer, seen from here: places for requests that are under way. One is to be had
/// while the signer's token signs.
/// </summary>
internal sealed class RemoteSessions(SignerLink link) : ISessionSource
{
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _free = [];
    private int _used;

    /// <inheritdoc/>
    public ulong Open()
    {
        Ensure();
        lock (_gate)
        {
            if (_free.Count == 0) return (ulong)_used++;
            var place = _free.Min;
            _free.Remove(place);
            return (ulong)place;
        }
    }

    /// <inheritdoc/>
    public void Close(ulong session)
    {
        lock (_gate) _free.Add((int)session);
    }

    private void Ensure()
    {
        link.Connect(place: 0);
        if (link.AskState().Problem is { } problem) throw new TokenException(problem);
    }
}
