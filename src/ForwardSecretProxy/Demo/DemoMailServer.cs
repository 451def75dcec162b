using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// The mail server behind <c>fsp demo --mail</c>: takes messages by SMTP and gives them out by POP3, both on UNIX sockets in the
/// demonstration's directory, keeps them in memory, and forgets them at the end. It is there to be seen, not to be used.
/// </summary>
internal sealed class DemoMailServer : IAsyncDisposable
{
    private const int Backlog = 64;

    private readonly CancellationTokenSource _end = new();
    private readonly DemoMailbox _mailbox = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _accepting = [];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">A socket cannot be made.</exception>
    public static DemoMailServer Start(DemoDirectory directory)
    {
        var server = new DemoMailServer();
        server.Listen(directory.Smtp, (lines, end) => new DemoSmtp(lines, server._mailbox).RunAsync(end));
        server.Listen(directory.Pop3, (lines, end) => new DemoPop3(lines, server._mailbox).RunAsync(end));
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        await Task.WhenAll(_accepting);
        _end.Dispose();
    }

    private void Listen(string path, Func<DemoMailLines, CancellationToken, Task> serve)
    {
        // It is left over from a demonstration that was killed.
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listeners.Add(listener);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(Backlog);
        _accepting.Add(AcceptAsync(listener, serve));
    }

    private async Task AcceptAsync(Socket listener, Func<DemoMailLines, CancellationToken, Task> serve)
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync(_end.Token), serve);
        }
        catch (OperationCanceledException)
        {
            // The demonstration is over.
        }
    }

    private async Task ServeAsync(Socket client, Func<DemoMailLines, CancellationToken, Task> serve)
    {
        try
        {
            using var lines = new DemoMailLines(new NetworkStream(client, ownsSocket: true));
            await serve(lines, _end.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has gone, or the demonstration is over.
        }
    }
}

/// <summary>A connection of the demonstration's mail server, line by line.</summary>
internal sealed class DemoMailLines(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream, Encoding.Latin1);
    private readonly StreamWriter _writer = new(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };

    /// <summary>The next line without its end; null when there is none.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken) => await _reader.ReadLineAsync(cancellationToken);

    /// <summary>Says something.</summary>
    public Task WriteAsync(string line) => _writer.WriteLineAsync(line);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        stream.Dispose();
    }
}
