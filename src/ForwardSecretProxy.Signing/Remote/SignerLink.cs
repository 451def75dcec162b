using System.Diagnostics;
using System.Net.Sockets;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// The way to one signer: a few connections for signatures, which are made anew when the signer was, and exchanges. A
/// signer that was restarted is waited for; one that stays away is not waited for again by everybody.
/// </summary>
/// <param name="address">Where it listens.</param>
/// <param name="user">Who it must run as; null where the rights on the socket's folder decide that.</param>
/// <param name="places">How many signatures there can be at once.</param>
internal sealed class SignerLink(SignerAddress address, uint? user, int places) : IDisposable
{
    /// <summary>How long a restart may take: a worker is up after some 0.3 s, one with a large module later.</summary>
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(3);

    /// <summary>Opening a key makes a signature with each scheme and several calls more, on slow tokens too.</summary>
    private static readonly TimeSpan KeyTimeout = TimeSpan.FromSeconds(60);

    /// <summary>What a signer tells of its token it knows without asking it.</summary>
    private static readonly TimeSpan StateTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// One for each processor, up to a few: whoever asks at the same time as another has a connection to himself, and is
    /// woken by nobody but the signer, whose thread last ran where the question comes from. With slow tokens many share each.
    /// </summary>
    private static readonly int Connections = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Lock _gate = new();
    private readonly SignerConnection?[] _connections = new SignerConnection?[Connections];
    private string? _failure;
    private long _failedAt;
    private bool _disposed;

    /// <summary>A live connection for whoever asks on this thread. Blocks while a signer that has ended is started again.</summary>
    /// <exception cref="SignerLostException">It is not to be had.</exception>
    public SignerConnection Connect() => Connect(Thread.GetCurrentProcessorId() % Connections);

    /// <summary>A live connection, always the same while it lives; blocks as <see cref="Connect()"/> does.</summary>
    /// <exception cref="SignerLostException">It is not to be had.</exception>
    public SignerConnection ConnectFirst() => Connect(0);

    /// <summary>
    /// Whoever asked on a connection found that it is lost: so are the others, mostly, though nobody has asked on them since.
    /// </summary>
    public void Drop(SignerConnection lost)
    {
        lock (_gate)
        {
            if (!_connections.Contains(lost)) return;
            foreach (var connection in _connections) connection?.Lose("The signer ended.");
            Array.Clear(_connections);
        }
    }

    /// <summary>Asks about the token. Blocks.</summary>
    /// <exception cref="TokenException">The signer is not to be had, does not answer, or has no token.</exception>
    public TokenState AskState() => Exchange(new SignerQuestion(null, null)).Token
        ?? throw new TokenException("The signer answered without a token.");

    /// <summary>Asks what was done with each key. Blocks.</summary>
    /// <exception cref="TokenException">The signer is not to be had, does not answer, or has no token.</exception>
    public IReadOnlyList<KeyUse> AskUses() => Exchange(new SignerQuestion(null, null, Uses: true)).Uses
        ?? throw new TokenException("The signer answered without what its keys did.");

    /// <summary>Asks for a key. Blocks.</summary>
    /// <param name="uri">The key.</param>
    /// <param name="publicKey">See <see cref="SignerQuestion"/>.</param>
    /// <exception cref="TokenException">The signer is not to be had or does not answer, there is no such key, or the token failed.</exception>
    /// <exception cref="SigningException">The token was not to be had in time.</exception>
    public OfferedKey AskForKey(Pkcs11Uri uri, byte[]? publicKey) => Exchange(new SignerQuestion(uri.ToString(), publicKey)).Key
        ?? throw new TokenException("The signer answered without the key.");

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var connection in _connections) connection?.Dispose();
        }
    }

    private SignerConnection Connect(int number)
    {
        ref var current = ref _connections[number];
        if (Volatile.Read(ref current) is { Lost: null } connection) return connection;
        lock (_gate)
        {
            if (current is { Lost: null } other) return other;
            if (current is { } lost) Drop(lost);
            if (_failure is not null && Stopwatch.GetElapsedTime(_failedAt) < RestartPatience) throw new SignerLostException(_failure);
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                var made = new SignerConnection(Open(RestartPatience), places);
                Volatile.Write(ref current, made);
                _failure = null;
                return made;
            }
            catch (SignerLostException exception)
            {
                (_failure, _failedAt) = (exception.Message, Stopwatch.GetTimestamp());
                throw;
            }
        }
    }

    // Once, on a connection of its own.
    private SignerAnswer Exchange(SignerQuestion question)
    {
        using var socket = Open(RestartPatience);
        socket.ReceiveTimeout = socket.SendTimeout = (int)(question.Key is null ? StateTimeout : KeyTimeout).TotalMilliseconds;
        var answer = PacketExchange.Ask(socket, question, SignerJson.Default.SignerQuestion, SignerJson.Default.SignerAnswer);
        return answer.Failure is { } failure ? throw failure.ToException() : answer;
    }

    private Socket Open(TimeSpan patience)
    {
        var socket = address.Connect(patience);
        if (user is not { } expected || PeerCredentials.Of(socket).User is var found && found == expected) return socket;
        socket.Dispose();
        throw new SignerLostException($"What listens at {address} runs as user {found}, not as {expected}: it is not our signer.");
    }
}
