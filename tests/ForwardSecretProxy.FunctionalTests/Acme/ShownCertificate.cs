using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.FunctionalTests.Acme;

/// <summary>Clients that take one certificate and no other, whoever issued it.</summary>
internal sealed class ShownCertificate(CertificateFacts expected) : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(1));

    /// <summary>Shakes hands.</summary>
    public async Task<Connection> ConnectAsync(int port, string name)
    {
        var tls = new SslStream(new NetworkStream(await DialAsync(port), ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate!.GetRawCertData().AsSpan().SequenceEqual(expected.Der.Span),
        }, _limit.Token);
        return new Connection(tls, _limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _limit.Dispose();

    private async Task<Socket> DialAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), _limit.Token);
        return socket;
    }

    /// <summary>An open connection.</summary>
    internal sealed class Connection(SslStream tls, CancellationToken limit) : IAsyncDisposable
    {
        /// <summary>Makes a request, and reads the beginning of the answer and all that comes with it.</summary>
        public async Task<string> GetAsync(string host)
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), limit);
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && !HasWholeBody(answer.ToString()))
            {
                var count = await tls.ReadAsync(buffer, limit);
                Assert.NotEqual(0, count);
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }

            return answer.ToString();
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => tls.DisposeAsync();

        private static bool HasWholeBody(string answer)
        {
            const string header = "\r\nContent-Length: ";
            var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var start = answer.IndexOf(header, StringComparison.OrdinalIgnoreCase) + header.Length;
            if (end < 0 || start < header.Length) return false;
            var length = answer[start..answer.IndexOf("\r\n", start, StringComparison.Ordinal)];
            return answer.Length >= end + 4 + int.Parse(length, CultureInfo.InvariantCulture);
        }
    }
}
