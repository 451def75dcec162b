using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>One connection that speaks HTTP/1.1, byte for byte, and stays open between requests.</summary>
internal sealed class Http1Client : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SslStream _tls;
    private readonly string _host;

    private Http1Client(SslStream tls, string host) => (_tls, _host) = (tls, host);

    /// <summary>The certificate the server showed, in DER.</summary>
    public byte[] Certificate => _tls.RemoteCertificate!.GetRawCertData();

    /// <summary>Connects to 127.0.0.1.</summary>
    public static Task<Http1Client> ConnectAsync(
        int port, TestAuthority authority, SslProtocols protocols = SslProtocols.None) =>
        ConnectAsync(port, new SslClientAuthenticationOptions
        {
            TargetHost = ProxyFixture.DefaultName,
            CertificateChainPolicy = authority.TrustOnlyThis(),
            EnabledSslProtocols = protocols,
        });

    /// <summary>Connects to 127.0.0.1 and takes one certificate and no other, whoever issued it.</summary>
    public static Task<Http1Client> ConnectAsync(int port, string name, ReadOnlyMemory<byte> expected) =>
        ConnectAsync(port, new SslClientAuthenticationOptions
        {
            TargetHost = name,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate!.GetRawCertData().AsSpan().SequenceEqual(expected.Span),
        });

    /// <summary>Makes a GET and returns the whole answer, head and body.</summary>
    public async Task<string> GetAsync(string path)
    {
        await SendAsync(path);
        return await ReadAnswerAsync();
    }

    /// <summary>Sends a GET.</summary>
    public async Task SendAsync(string path) => await _tls.WriteAsync(Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: {_host}\r\n\r\n")).AsTask().WaitAsync(Patience);

    /// <summary>Reads an answer, whose body is chunked or has a length.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        var answer = new StringBuilder();
        while (!IsComplete(answer.ToString()))
        {
            var read = await ReadAsync();
            if (read.Length == 0)
                throw new EndOfStreamException($"The connection ended after \"{answer}\".");
            answer.Append(read);
        }

        return answer.ToString();
    }

    /// <summary>What comes next; empty at the end of the connection.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[4096];
        var count = await _tls.ReadAsync(buffer).AsTask().WaitAsync(Patience);
        return Encoding.Latin1.GetString(buffer, 0, count);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tls.DisposeAsync();

    private static async Task<Http1Client> ConnectAsync(int port, SslClientAuthenticationOptions options)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Patience);
            var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(options).WaitAsync(Patience);
            return new Http1Client(tls, options.TargetHost!);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsComplete(string answer)
    {
        const string length = "Content-Length: ";
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        if (answer.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
            return answer.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal);
        var start = answer.IndexOf(length, StringComparison.OrdinalIgnoreCase) + length.Length;
        var count = int.Parse(
            answer.AsSpan(start, answer.IndexOf("\r\n", start, StringComparison.Ordinal) - start), CultureInfo.InvariantCulture);
        return answer.Length >= end + 4 + count;
    }
}
