using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>A connection with a complete handshake.</summary>
internal sealed class TlsConnection : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _life = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly List<SavedSession> _sessions = [];
    private readonly Queue<byte[]> _unread = [];
    private Task<IIncoming?>? _incoming;
    private bool _isOver;
    private bool _isDisposed;

    /// <summary>Over a stream at TLS's first byte, which it closes with itself.</summary>
    public TlsConnection(Stream stream, TimeProvider clock)
    {
        (_stream, _clock) = (stream, clock);
        Records = new RecordStream(stream);
        Messages = new HandshakeReader(Records);
    }

    /// <summary>The records.</summary>
    public RecordStream Records { get; }

    /// <summary>The messages in them.</summary>
    public HandshakeReader Messages { get; }

    /// <summary>What the last handshake showed.</summary>
    public HandshakeFacts Facts { get; set; } = null!;

    /// <summary>Both sides' verify_data in TLS 1.2 and before, for a second handshake.</summary>
    public (byte[] Client, byte[] Server)? VerifyData { get; set; }

    /// <summary>The traffic secrets of TLS 1.3.</summary>
    public Tls13Traffic? Traffic { get; set; }

    /// <summary>The sessions that can be resumed: those whose ticket came already, or that have an ID.</summary>
    public IReadOnlyList<SavedSession> Sessions => _sessions;

    /// <summary>The tickets that came, with the time.</summary>
    public IEnumerable<SavedSession> Tickets => _sessions.Where(session => session.Ticket is not null);

    /// <summary>Whether the server sent data that was not read yet.</summary>
    public bool HasData => _unread.Count > 0;

    /// <summary>Keeps a session.</summary>
    public void Add(SavedSession session) => _sessions.Add(session);

    /// <summary>Application data as a stream, which does not close the connection.</summary>
    public Stream OpenStream() => new TlsStream(this);

    /// <summary>
    /// Waits for a ticket of TLS 1.3, which servers send when they like: most at once, some with the first answer.
    /// </summary>
    /// <param name="patience">How long at most.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>Whether there is any ticket. Data that comes meanwhile stays to be read.</returns>
    public async Task<bool> WaitForTicketAsync(TimeSpan patience, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            while (!Tickets.Any() && !_isOver)
            {
                if (await NextAsync(limit.Token) is { } data)
                    _unread.Enqueue(data);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Then there is none, so far.
        }

        return Tickets.Any();
    }

    /// <summary>The next application data, never empty; null at the end of it.</summary>
    /// <exception cref="IOException">The connection broke, or the server ended it with an alert.</exception>
    /// <exception cref="WireFormatException">The server sent what it may not.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken stop)
    {
        if (_unread.TryDequeue(out var before))
            return before;
        while (!_isOver)
        {
            if (await NextAsync(stop) is { } data)
                return data;
        }

        return null;
    }

    /// <summary>Writes application data.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken stop) =>
        WriteAsync(ContentType.ApplicationData, data, null, stop);

    /// <summary>Says goodbye, for at most a second, and closes. Servers forget sessions that end without.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            if (Facts is not null)
            {
                using var limit = new CancellationTokenSource(Farewell);
                await WriteAsync(ContentType.Alert, new byte[] { 1, TlsAlert.CloseNotify }, null, limit.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side was faster.
        }

        await _life.CancelAsync();
        await _stream.DisposeAsync();
        if (_incoming is not null)
            await ((Task)_incoming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _life.Dispose();
        _writing.Dispose();
    }

    // A wait that is given up must not lose half a record: what is being read goes on, and the next one waits for it.
    private async Task<byte[]?> NextAsync(CancellationToken stop)
    {
        _incoming ??= Messages.NextAsync(_life.Token);
        var incoming = await _incoming.WaitAsync(stop);
        _incoming = null;
        switch (incoming)
        {
            case null or TlsAlert { Description: TlsAlert.CloseNotify }:
                _isOver = true;
                return null;
            case TlsAlert { IsFatal: false } when Facts.Version < TlsVersion.Tls13:
                return null;
            case TlsAlert alert:
                _isOver = true;
                throw new AlertReceivedException(alert);
            case TlsRecord { Type: ContentType.ApplicationData } record:
                return record.Fragment.Length > 0 ? record.Fragment : null;
            case HandshakeMessage message:
                await TakeAsync(message, stop);
                return null;
            default:
                throw new WireFormatException("it sends a record of another type among its data");
        }
    }

    private async Task TakeAsync(HandshakeMessage message, CancellationToken stop)
    {
        switch (message.Type)
        {
            // A wish for a second handshake, which it need not be granted.
            case HandshakeType.HelloRequest when Traffic is null:
                break;
            case HandshakeType.NewSessionTicket when Traffic is not null:
                Add(Traffic.Save(NewSessionTicket.Parse(message.Body, Facts.Version), _clock.GetUtcNow()));
                break;
            case HandshakeType.KeyUpdate when Traffic is not null && message.Body is [0 or 1] && !Messages.HasPending:
                Records.Reading = Traffic.NextReading();
                if (message.Body[0] == 1)
                    await WriteAsync(ContentType.Handshake, new HandshakeMessage(HandshakeType.KeyUpdate, [0]).Encode(), Traffic, stop);
                break;
            default:
                throw new WireFormatException($"it sends handshake message {(int)message.Type} behind its handshake");
        }
    }

    private async Task WriteAsync(ContentType type, ReadOnlyMemory<byte> data, Tls13Traffic? next, CancellationToken stop)
    {
        await _writing.WaitAsync(stop);
        try
        {
            var version = Facts.Version < TlsVersion.Tls12 ? Facts.Version : TlsVersion.Tls12;
            await Records.WriteAsync(type, version, data, stop);
            if (next is not null)
                Records.Writing = next.NextWriting();
        }
        finally
        {
            _writing.Release();
        }
    }
}
