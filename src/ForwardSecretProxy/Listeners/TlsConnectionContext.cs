using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ForwardSecretProxy.Listeners;

/// <summary>
/// A TLS connection as Kestrel knows one. Its <see cref="TlsSessionInfo"/> and the <see cref="ListenerOptions"/> of the
/// listener it came by are among its features.
/// </summary>
internal sealed class TlsConnectionContext :
    ConnectionContext,
    IDuplexPipe,
    ITlsConnectionFeature,
    ITlsHandshakeFeature,
    ITlsApplicationProtocolFeature
{
    /// <summary>A record's worth (RFC 8446 section 5.1), so that a large response leaves in full records.</summary>
    private const int WriteBufferSize = 16 * 1024;

    private static long _lastId;

    private readonly TlsConnection _connection;
    private readonly CancellationTokenSource _closed = new();
    private readonly TlsSessionInfo _session;
    private X509Certificate2? _clientCertificate;
    private int _disposed;

    internal TlsConnectionContext(TlsConnection connection, ListenerOptions listener)
    {
        _connection = connection;
        _session = connection.Session ?? throw new InvalidOperationException("The handshake is not done.");
        ConnectionId = Interlocked.Increment(ref _lastId).ToString("X", CultureInfo.InvariantCulture);
        LocalEndPoint = connection.LocalEndPoint;
        RemoteEndPoint = connection.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Items = new ConnectionItems();

        var stream = new TlsStream(connection);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: WriteBufferSize, leaveOpen: true));
        Transport = this;
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<ITlsHandshakeFeature>(this);
        Features.Set<ITlsApplicationProtocolFeature>(this);
        Features.Set(_session);
        Features.Set(listener);
        if (_session.ClientCertificate is { } certificate) Features.Set(new ClientCertificateHeaders(certificate));
        connection.OnPeerGone(FireClosed);
    }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>The verified one, made when somebody asks; null when the client has none.</summary>
    X509Certificate2? ITlsConnectionFeature.ClientCertificate
    {
        get => _session.ClientCertificate is { } verified
            ? LazyInitializer.EnsureInitialized(
                ref _clientCertificate, () => X509CertificateLoader.LoadCertificate(verified.Der.Span))
            : _clientCertificate;
        set => _clientCertificate = value;
    }

    SslProtocols ITlsHandshakeFeature.Protocol =>
        _session.Version == "TLSv1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12;

    TlsCipherSuite? ITlsHandshakeFeature.NegotiatedCipherSuite =>
        Enum.TryParse<TlsCipherSuite>(_session.CipherSuite, out var suite) ? suite : null;

    string ITlsHandshakeFeature.HostName => _session.ServerName ?? "";

#pragma warning disable SYSLIB0058 // Obsolete members of the interface; the suite says it all.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => CipherAlgorithmType.None;

    int ITlsHandshakeFeature.CipherStrength => 0;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => HashAlgorithmType.None;

    int ITlsHandshakeFeature.HashStrength => 0;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    int ITlsHandshakeFeature.KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    ReadOnlyMemory<byte> ITlsApplicationProtocolFeature.ApplicationProtocol => _session.ApplicationProtocol switch
    {
        "h2" => SslApplicationProtocol.Http2.Protocol,
        "http/1.1" => SslApplicationProtocol.Http11.Protocol,
        null => default,
        var other => Encoding.ASCII.GetBytes(other),
    };

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _connection.Abort();
        FireClosed();
    }

    Task<X509Certificate2?> ITlsConnectionFeature.GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(((ITlsConnectionFeature)this).ClientCertificate);

    /// <summary>Closes as the protocol asks; see <see cref="TlsConnection.CloseAsync"/>.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _connection.CloseAsync();
            FireClosed();
        }

        await base.DisposeAsync();
    }

    private void FireClosed()
    {
        // Never disposed: it has no timer and no wait handle, and a late edge may still come here.
        if (!_closed.IsCancellationRequested) _closed.Cancel();
    }
}
