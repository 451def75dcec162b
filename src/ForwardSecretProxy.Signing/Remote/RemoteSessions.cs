using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// The sessions of a token behind a signer, seen from here: places for requests that are under way. One is to be had
/// while the signer's token signs: that is asked once for each connection, and again after a failure.
/// </summary>
internal sealed class RemoteSessions(SignerLink link) : ISessionSource
{
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _free = [];
    private int _used;
    private SignerConnection? _asked;
    private int _failures;

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

    /// <summary>The token failed: what the signer said of it before counts no longer.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _asked = null;
            _failures++;
        }
    }

    private void Ensure()
    {
        var connection = link.ConnectFirst();
        int failures;
        lock (_gate)
        {
            if (_asked == connection) return;
            failures = _failures;
        }

        if (link.AskState().Problem is { } problem) throw new TokenException(problem);
        lock (_gate)
        {
            // Unless it failed while it was asked.
            if (failures == _failures) _asked = connection;
        }
    }
}
