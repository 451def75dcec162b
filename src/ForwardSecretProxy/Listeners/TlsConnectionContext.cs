using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ForwardSecretProxy.Listeners;

/// <summary>A TLS connection as Kestrel knows one. Its <see cref="TlsSessionInfo"/> is among its features.</summary>
internal sealed class TlsConnectionContext :
    ClientConnectionContext,
    ITlsConnectionFeature,
    ITlsHandshakeFeature,
    ITlsApplicationProtocolFeature
{
    private readonly TlsConnection _connection;
    private readonly TlsSessionInfo _session;
    private X509Certificate2? _clientCertificate;

    internal TlsConnectionContext(TlsConnection connection, ServedClient client, ListenerOptions listener)
        : base(new TlsStream(connection), client, listener)
    {
        _connection = connection;
        _session = connection.Session ?? throw new InvalidOperationException("The handshake is not done.");
        LocalEndPoint = connection.LocalEndPoint;
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<ITlsHandshakeFeature>(this);
        Features.Set<ITlsApplicationProtocolFeature>(this);
        Features.Set(_session);
        if (_session.ClientCertificate is { } certificate) Features.Set(new ClientCertificateHeaders(certificate));
        connection.OnPeerGone(FireClosed);
    }

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

    /// <inheritdoc/>
    protected override ValueTask CloseAsync() => _connection.CloseAsync();
}
