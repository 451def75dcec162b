using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// A client's connection as Kestrel knows one. The <see cref="ListenerOptions"/> of the listener it came by are among its
/// features; its remote address is the client's, also behind a load balancer that speaks the PROXY protocol.
/// </summary>
internal abstract class ClientConnectionContext : ConnectionContext, IDuplexPipe
{
    /// <summary>A record's worth (RFC 8446 section 5.1), so that a large response leaves in full records.</summary>
    private const int WriteBufferSize = 16 * 1024;

    private static long _lastId;

    private readonly CancellationTokenSource _closed = new();
    private readonly ClientSeat _seat;
    private int _disposed;

    /// <summary>Wraps a connection.</summary>
    /// <param name="stream">What is said on it; closed by <see cref="CloseAsync"/>.</param>
    /// <param name="client">Whose it is; the seat is given up when the connection is closed.</param>
    /// <param name="listener">Where it came by.</param>
    protected ClientConnectionContext(Stream stream, ServedClient client, ListenerOptions listener)
    {
        _seat = client.Seat;
        ConnectionId = Interlocked.Increment(ref _lastId).ToString("X", CultureInfo.InvariantCulture);
        RemoteEndPoint = client.EndPoint;
        ConnectionClosed = _closed.Token;
        Items = new ConnectionItems();
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: WriteBufferSize, leaveOpen: true));
        Transport = this;
        Features.Set(listener);
    }

    /// <inheritdoc/>
    public sealed override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public sealed override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public sealed override IDictionary<object, object?> Items { get; set; }

    /// <inheritdoc/>
    public sealed override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public sealed override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public sealed override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public sealed override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Closes as the protocol asks; called once.</summary>
    protected abstract ValueTask CloseAsync();

    /// <inheritdoc/>
    public sealed override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                await CloseAsync();
            }
            finally
            {
                _seat.Leave();
                FireClosed();
            }
        }

        await base.DisposeAsync();
    }

    /// <summary>Says that nothing more will come.</summary>
    protected void FireClosed()
    {
        // Never disposed: it has no timer and no wait handle, and a late edge may still come here.
        if (!_closed.IsCancellationRequested) _closed.Cancel();
    }
}
