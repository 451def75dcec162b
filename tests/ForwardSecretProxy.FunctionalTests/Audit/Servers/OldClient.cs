using System.Net;
using System.Net.Sockets;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A client for what no OpenSSL speaks any more. It believes any certificate.</summary>
internal sealed class OldClient(ProtocolVersion version, int suite) : DefaultTlsClient(new BcTlsCrypto())
{
    private const int PatienceMilliseconds = 20_000;

    /// <summary>Shakes hands, makes a request, and returns the first bytes of the answer.</summary>
    public static Task<string> AskAsync(int port, ProtocolVersion version, int suite) => Task.Run(() =>
    {
        using var connection = new TcpClient { ReceiveTimeout = PatienceMilliseconds };
        connection.Connect(IPAddress.Loopback, port);
        var protocol = new TlsClientProtocol(connection.GetStream());
        protocol.Connect(new OldClient(version, suite));
        protocol.Stream.Write("GET / HTTP/1.0\r\n\r\n"u8);
        var answer = new byte[4096];
        var length = protocol.Stream.ReadAtLeast(answer, answer.Length, throwOnEndOfStream: false);
        return System.Text.Encoding.ASCII.GetString(answer, 0, length);
    });

    /// <inheritdoc/>
    public override TlsAuthentication GetAuthentication() => new Believer();

    /// <inheritdoc/>
    protected override ProtocolVersion[] GetSupportedVersions() => [version];

    /// <inheritdoc/>
    protected override int[] GetSupportedCipherSuites() => [suite];

    private sealed class Believer : ServerOnlyTlsAuthentication
    {
        public override void NotifyServerCertificate(TlsServerCertificate serverCertificate)
        {
        }
    }
}
