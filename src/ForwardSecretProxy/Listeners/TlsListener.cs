using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>One listener: accepts, and passes on what it accepted. What it serves with can be exchanged.</summary>
internal sealed class TlsListener : IDisposable
{
    private readonly TlsAcceptor _acceptor;
    private volatile ListenerBinding _binding;

    /// <summary>Begins to accept.</summary>
    public TlsListener(ListenerBinding binding, ConnectionLimit limit, ConnectionIntake intake)
    {
        _binding = binding;
        // It has the port that the system chose for port 0.
        Address = (IPEndPoint)binding.Socket.LocalEndPoint!;
        _acceptor = new TlsAcceptor(
            binding.Socket,
            binding.Tls,
            limit,
            connection => _ = intake.ServeAsync(connection, _binding.Options),
            intake.LogAcceptFailed);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What connections are served with, from the next one on.</summary>
    public ListenerBinding Binding
    {
        get => _binding;
        set
        {
            _binding = value;
            _acceptor.Server = value.Tls;
        }
    }

    /// <summary>
    /// Accepts nothing more. Whoever waits in the kernel's queue is still accepted, unless the service manager keeps
    /// the queue for the next process.
    /// </summary>
    public void Dispose() => _acceptor.Stop(_binding.IsInherited);
}
