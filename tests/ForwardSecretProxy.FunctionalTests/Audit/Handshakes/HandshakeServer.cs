using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

/// <summary>An <c>openssl s_server</c> with one certificate of any kind, and whatever options.</summary>
internal sealed class HandshakeServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    /// <summary>Suites of every age.</summary>
    public const string Everything = "-cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0";

    /// <summary>A client of it.</summary>
    public Handshaker Client => ClientOf(_port);

    /// <summary>A connection to it.</summary>
    public Task<Stream> OpenAsync(CancellationToken stop) => OpenAsync(_port, stop);

    /// <summary>Starts it.</summary>
    /// <param name="key">What <c>openssl req -newkey</c> makes a key by.</param>
    /// <param name="options">Of s_server, separated by blanks.</param>
    /// <param name="answersHttp">-early_data does not go with it.</param>
    public static async Task<HandshakeServer> StartAsync(string key, string options, bool answersHttp = true)
    {
        var server = new HandshakeServer();
        var (certificate, keyFile) = (server._directory.File("cert.pem"), server._directory.File("key.pem"));
        var made = await ProcessRunner.RunAsync("openssl",
        [
            "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", keyFile, "-out", certificate,
            "-newkey", .. key.Split(' '),
        ]);
        Assert.True(made.ExitCode == 0, made.Text);
        server._process = ServerProcess.Start("openssl",
        [
            "s_server", "-accept", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server._port}"),
            "-cert", certificate, "-key", keyFile, .. answersHttp ? (string[])["-www"] : [],
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
        await server._process.WaitForLineAsync(line => line.StartsWith("ACCEPT", StringComparison.Ordinal));
        return server;
    }

    /// <summary>Writes a line to it: a command, or data for its client.</summary>
    public Task WriteLineAsync(string line) => _process!.WriteLineAsync(line);

    /// <inheritdoc cref="ServerProcess.WaitForLineAsync"/>
    public Task<string> WaitForLineAsync(Func<string, bool> matches) => _process!.WaitForLineAsync(matches);

    /// <summary>A client of a port on this machine.</summary>
    public static Handshaker ClientOf(int port) => new(stop => OpenAsync(port, stop), Patience, TimeProvider.System);

    /// <summary>The suites of a version that the installed OpenSSL has and that can be completed here.</summary>
    public static async Task<IReadOnlyList<CipherSuite>> SuitesAsync(TlsVersion version, params Authentication[] authentications)
    {
        var listed = await ProcessRunner.RunAsync("openssl",
            ["ciphers", "-s", version == TlsVersion.Tls12 ? "-tls1_2" : "-tls1", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
        return
        [
            .. listed.Output.Trim().Split(':').Select(CipherSuites.Find).OfType<CipherSuite>()
                .Where(suite => suite.KeyExchange != KeyExchange.Separate && CompletableSuites.CanComplete(suite)
                    && authentications.Contains(suite.Authentication)),
        ];
    }

    private static async Task<Stream> OpenAsync(int port, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }
}
