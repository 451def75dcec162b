using System.Net;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>One listener: accepts, and passes on what it accepted. What it serves with can be exchanged.</summary>
internal sealed class Listener : IDisposable
{
    private readonly SocketAcceptor _acceptor;
    private readonly ConnectionIntake _intake;
    private volatile ListenerBinding _binding;
    private volatile bool _disposed;

    /// <summary>Begins to accept.</summary>
    public Listener(ListenerBinding binding, ConnectionLimit limit, ConnectionIntake intake)
    {
        _binding = binding;
        _intake = intake;
        // It has the port that the system chose for port 0.
        Address = (IPEndPoint)binding.Socket.LocalEndPoint!;
        _acceptor = new SocketAcceptor(binding.Socket, limit, OnAccepted, intake.LogAcceptFailed);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>
    /// What connections are served with, from the next one on. Its TLS side must not be disposed while it stands here, nor
    /// before another does.
    /// </summary>
    public ListenerBinding Binding
    {
        get => _binding;
        set => _binding = value;
    }

    /// <summary>
    /// Accepts nothing more. Whoever waits in the kernel's queue is still accepted, unless the service manager keeps
    /// the queue for the next process.
    /// </summary>
    public void Dispose()
    {
        _disposed = true;
        _acceptor.Stop(_binding.IsInherited);
    }

    /// <summary>
    /// Begins TLS on a socket as the binding says now; null when the listener has gone, or has changed to one without TLS: then the
    /// socket is closed.
    /// </summary>
    public TlsConnection? TryBeginTls(AcceptedSocket socket, out ListenerBinding binding)
    {
        while (true)
        {
            // It may be another in the next moment, and the TLS side of the one before gone.
            binding = _binding;
            if (binding.Tls?.TryAccept(socket) is { } connection) return connection;
            if (binding.Tls is not null && !_disposed) continue;
            socket.Close();
            return null;
        }
    }

    private void OnAccepted(AcceptedSocket socket)
    {
        var binding = _binding;
        if (binding.Tls is null)
            _ = _intake.ServePlainAsync(socket, binding.Options);
        else if (binding.StartsInClear)
            _ = _intake.ServeStartTlsAsync(socket, this, binding);
        else if (TryBeginTls(socket, out binding) is { } connection)
            _ = _intake.ServeAsync(connection, binding);
    }
}
