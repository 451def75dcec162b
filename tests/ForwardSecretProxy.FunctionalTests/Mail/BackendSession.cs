using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>A conversation with a mail server without TLS, as the proxy has it.</summary>
internal sealed class BackendSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new();
    private StreamReader _reader = null!;

    /// <summary>Connects, and sends what is given first.</summary>
    public static async Task<BackendSession> OpenAsync(int port, byte[] header)
    {
        var session = new BackendSession();
        await session._client.ConnectAsync(IPAddress.Loopback, port);
        await session._client.GetStream().WriteAsync(header);
        session._reader = new StreamReader(session._client.GetStream(), Encoding.Latin1);
        return session;
    }

    /// <summary>Sends a line.</summary>
    public async Task SendAsync(string line) =>
        await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));

    /// <summary>The lines up to and with the first that begins with one of the texts, or up to the end.</summary>
    public async Task<string> ReadUntilAsync(params string[] beginnings)
    {
        using var limit = new CancellationTokenSource(Patience);
        var lines = new StringBuilder();
        while (await ReadAsync(limit.Token) is { } line)
        {
            lines.Append(line).Append('\n');
            if (beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal)))
                break;
        }

        return lines.ToString();
    }

    /// <summary>Sends a line and reads the answer.</summary>
    public async Task<string> AskAsync(string line, params string[] beginnings)
    {
        await SendAsync(line);
        return await ReadUntilAsync(beginnings);
    }

    // A server that does not read all that it was sent ends the connection with a reset.
    private async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _reader.ReadLineAsync(cancellation);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _client.Dispose();
    }
}
