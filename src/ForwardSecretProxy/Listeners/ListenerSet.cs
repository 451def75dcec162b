using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Connections;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// The listeners of the process, and Kestrel's way to what they accept. They can be changed while connections are
/// served.
/// </summary>
/// <param name="limit">How many connections all of them together hold.</param>
/// <param name="intake">Where accepted connections go.</param>
internal sealed class ListenerSet(ConnectionLimit limit, ConnectionIntake intake)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Lock _lock = new();
    private IReadOnlyList<Listener> _listeners = [];
    private bool _stopped;

    /// <summary>Those that accept now.</summary>
    public IReadOnlyList<Listener> Listeners => Volatile.Read(ref _listeners);

    /// <summary>
    /// Makes <paramref name="bindings"/> what there is: new ones begin to accept, those that stay serve their next
    /// connection as the binding says, and those that are gone accept nothing more. Open connections are untouched.
    /// </summary>
    public void Apply(IReadOnlyList<ListenerBinding> bindings)
    {
        lock (_lock)
        {
            if (_stopped) return;
            var before = _listeners;
            Volatile.Write(ref _listeners, [.. bindings.Select(binding => Apply(binding, before))]);
            foreach (var gone in before.Except(_listeners)) gone.Dispose();
        }
    }

    /// <summary>Accepts nothing more, for good. What is open goes on.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            foreach (var listener in _listeners) listener.Dispose();
        }
    }

    bool IConnectionListenerFactorySelector.CanBind(EndPoint endpoint) => endpoint is ListenersEndPoint;

    ValueTask<IConnectionListener> IConnectionListenerFactory.BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken) => new(intake);

    private Listener Apply(ListenerBinding binding, IReadOnlyList<Listener> before)
    {
        if (before.FirstOrDefault(listener => listener.Binding.Socket == binding.Socket) is not { } listener)
            return new Listener(binding, limit, intake);
        listener.Binding = binding;
        return listener;
    }
}
