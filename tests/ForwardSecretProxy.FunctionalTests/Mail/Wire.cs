using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>One end of a connection over which a test says and hears what it likes: bytes, written as Latin-1.</summary>
/// <param name="socket">Connected.</param>
internal sealed class Wire(Socket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _heard = new();
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private int _taken;
    private bool _hasEnded;

    /// <summary>All that has been read so far.</summary>
    public string Heard => _heard.ToString();

    /// <summary>Connects to a port of this machine.</summary>
    public static async Task<Wire> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new Wire(socket);
    }

    /// <summary>Shakes hands as a client; gives the protocol that was agreed on, if any.</summary>
    public async Task<string> ShakeHandsAsync(params string[] applicationProtocols)
    {
        var stream = new SslStream(_stream);
        var options = EngineServer.ClientOptions();
        options.TargetHost = ProxyFixture.DefaultName;
        options.ApplicationProtocols = [.. applicationProtocols.Select(name => new SslApplicationProtocol(name))];
        await stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        _stream = stream;
        return stream.NegotiatedApplicationProtocol.ToString();
    }

    /// <summary>Sends the text at once; whether the other side still wants it is its affair.</summary>
    public async Task SendAsync(string text)
    {
        try
        {
            await _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
            // Closed, which is what reading shows.
        }
    }

    /// <summary>Sends the text in one piece or one byte at a time: in TLS each in a record of its own, else in a segment.</summary>
    public async Task SendAsync(string text, bool slowly)
    {
        foreach (var piece in slowly ? text.Select(each => each.ToString()) : [text])
            await SendAsync(piece);
    }

    /// <summary>Says that no more will come.</summary>
    public async Task FinishAsync()
    {
        if (_stream is SslStream tls) await tls.ShutdownAsync().WaitAsync(Patience);
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Goes away without a word.</summary>
    public void Break()
    {
        socket.LingerState = new LingerOption(enable: true, 0);
        socket.Dispose();
    }

    /// <summary>The next bytes must be these.</summary>
    public async Task ExpectAsync(string expected)
    {
        var text = await TakeAsync(rest => rest.Length >= expected.Length || !expected.StartsWith(rest, StringComparison.Ordinal)
            ? Math.Min(rest.Length, expected.Length)
            : -1);
        Assert.Equal(expected, text);
    }

    /// <summary>The next line must begin so, and end in CR and LF.</summary>
    public async Task ExpectLineAsync(string beginning)
    {
        var line = await ReadLineAsync();
        Assert.StartsWith(beginning, line, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
    }

    /// <summary>The other side must close without another byte.</summary>
    public async Task ExpectEndAsync() => Assert.Equal("", await TakeAsync(_ => -1));

    /// <summary>The next line with its end; less at the end of the connection.</summary>
    public Task<string> ReadLineAsync() => TakeAsync(rest => rest.IndexOf('\n', StringComparison.Ordinal) is var at and >= 0 ? at + 1 : -1);

    /// <summary>What comes until the other side closes.</summary>
    public Task<string> ReadToEndAsync() => TakeAsync(_ => -1);

    /// <summary>What comes until <paramref name="find"/> says how much of it is wanted, which it does not with -1.</summary>
    public async Task<string> TakeAsync(Func<string, int> find)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var rest = _heard.ToString(_taken, _heard.Length - _taken);
            var length = find(rest) is var found and >= 0 ? found : _hasEnded ? rest.Length : -1;
            if (length >= 0)
            {
                _taken += length;
                return rest[..length];
            }

            try
            {
                await ReadAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Nothing more came after:\n{Heard}");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await _stream.ReadAsync(_buffer, cancellationToken);
            _heard.Append(Encoding.Latin1.GetString(_buffer, 0, count));
            _hasEnded = count == 0;
        }
        catch (IOException)
        {
            // Cut off instead of closed.
            _hasEnded = true;
        }
    }
}
