using System.Collections.Concurrent;
using System.Net.Sockets;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>Answers packets. Called on many threads at once, which it may block.</summary>
public interface IPacketDesk
{
    /// <summary>Answers <paramref name="packet"/>; returns the length of the answer, 0 for what is not of the protocol.</summary>
    /// <param name="packet">As it came.</param>
    /// <param name="answer">64 KiB.</param>
    int Answer(ReadOnlySpan<byte> packet, Span<byte> answer);
}

/// <summary>
/// A socket of the signer's. Each connection is served by as many threads as it has requests under way: a thread that takes a
/// packet answers it itself, so that nothing is handed from one thread to another.
/// </summary>
public sealed class PacketService : IDisposable
{
    /// <summary>A few for each serving process, and short ones for exchanges.</summary>
    private const int MaxConnections = 64;

    /// <summary>
    /// How long an answer may wait for room: a peer has some hundred of them unread then, and none that lives takes so long.
    /// </summary>
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(3);

    private readonly Socket _listener = SignerAddress.NewSocket();
    private readonly IPacketDesk _desk;
    private readonly int _threads;
    private readonly Func<PeerCredentials, bool> _admits;
    private readonly Action<PeerCredentials> _onRefused;
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private volatile bool _disposed;

    /// <summary>Binds the socket; <see cref="Start"/> accepts.</summary>
    /// <param name="address">Where to listen; a socket file must not be there yet.</param>
    /// <param name="desk">Answers.</param>
    /// <param name="threads">The most threads for one connection: how many packets may be answered at once.</param>
    /// <param name="admits">Who may ask.</param>
    /// <param name="onRefused">Told of who may not.</param>
    /// <exception cref="SocketException">The address is taken or cannot be used.</exception>
    public PacketService(
        SignerAddress address, IPacketDesk desk, int threads, Func<PeerCredentials, bool> admits, Action<PeerCredentials> onRefused)
    {
        ArgumentNullException.ThrowIfNull(address);
        _desk = desk;
        _threads = threads;
        _admits = admits;
        _onRefused = onRefused;
        try
        {
            _listener.Bind(address.EndPoint);
            _listener.Listen(MaxConnections);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
    }

    /// <summary>How many are connected.</summary>
    public int Connections => _open.Count;

    /// <summary>Begins to accept.</summary>
    public void Start() => StartThread("fsp signer accept", Accept);

    /// <summary>Accepts nothing more. What is connected goes on.</summary>
    public void Dispose()
    {
        _disposed = true;
        _listener.Dispose();
    }

    /// <summary>Ends every connection.</summary>
    internal void Disconnect()
    {
        foreach (var connection in _open.Keys) connection.Dispose();
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                Admit(_listener.Accept());
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (_disposed) return;
                // Out of descriptors, say: the next one may find one.
                Thread.Sleep(10);
            }
        }
    }

    private void Admit(Socket socket)
    {
        try
        {
            if (IsAdmitted(PeerCredentials.Of(socket)) && _open.Count < MaxConnections)
            {
                socket.SendTimeout = (int)SendTimeout.TotalMilliseconds;
                _open[socket] = true;
                new Connection(this, socket).StartThread();
                return;
            }
        }
        catch (SocketException)
        {
            // It is not known who that is.
        }

        socket.Dispose();
    }

    private bool IsAdmitted(PeerCredentials peer)
    {
        if (_admits(peer)) return true;
        _onRefused(peer);
        return false;
    }

    private static void StartThread(string name, Action run) =>
        new Thread(() => run()) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>One connection. The kernel gives each packet to one of the threads that wait for one.</summary>
    private sealed class Connection(PacketService service, Socket socket)
    {
        private int _started;
        private int _waiting;

        public void StartThread()
        {
            Interlocked.Increment(ref _started);
            PacketService.StartThread("fsp signer", Serve);
        }

        private void Serve()
        {
            try
            {
                var packet = new byte[SignerProtocol.MaxPacket];
                var answer = new byte[SignerProtocol.MaxPacket];
                while (Receive(packet) is var length && length > 0)
                {
                    var told = service._desk.Answer(packet.AsSpan(0, length), answer);
                    // What is not of this protocol ends the connection, and so does a peer that does not read.
                    if (told == 0 || socket.Send(answer.AsSpan(0, told), SocketFlags.None, out var error) == 0 || error != SocketError.Success)
                        break;
                }
            }
            catch (ObjectDisposedException)
            {
                // Another thread saw the end first.
            }

            socket.Dispose();
            service._open.TryRemove(socket, out _);
        }

        private int Receive(byte[] packet)
        {
            Interlocked.Increment(ref _waiting);
            var length = socket.Receive(packet, SocketFlags.None, out var error);
            // While this one signs, the next request needs another thread.
            if (Interlocked.Decrement(ref _waiting) == 0 && length > 0 && Volatile.Read(ref _started) < service._threads) StartThread();
            return error == SocketError.Success ? length : 0;
        }
    }
}
