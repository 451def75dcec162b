using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.Clients;

/// <summary>
/// A proxy that trusts 127.0.0.1 and nobody else on this machine, with a listener for each way to come: https and plain
/// http, with and without the PROXY protocol.
/// </summary>
public sealed class FrontFixture(ProxyFixture proxy) : IAsyncLifetime
{
    /// <summary>A client that is not trusted.</summary>
    public const string Stranger = "127.0.0.66";

    private FspProcess? _process;

    internal TemporaryDirectory Scratch { get; } = new();

    internal int HttpsPort { get; private set; }

    internal int BehindPort { get; } = FreePort.Next();

    internal int PlainPort { get; } = FreePort.Next();

    internal int PlainBehindPort { get; } = FreePort.Next();

    internal string AcmeFolder => Path.Combine(Scratch.Path, "acme");

    internal IReadOnlyList<string> Lines => _process!.Lines;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(AcmeFolder);
        var configuration = NewConfiguration();
        HttpsPort = configuration.Port;
        _process = await FspProcess.ServeAsync(
            configuration.WriteTo(Scratch), configuration.Port, proxy.Token.Environment);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Assert.Equal(0, await _process!.StopAsync());
        await _process.DisposeAsync();
        Scratch.Dispose();
    }

    /// <summary>curl, from an address of this machine.</summary>
    internal Task<ProcessResult> CurlAsync(int port, string target, string from, params string[] options) =>
        Curl.GetAsync(port, target, ["--cacert", proxy.RootPath, "--interface", from, .. options]);

    /// <summary>curl without TLS, with the whole answer as its output.</summary>
    internal static Task<ProcessResult> CurlPlainAsync(int port, string target, params string[] options) =>
        ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "-i", "--path-as-is", "--max-time", "20", "--noproxy", "*", .. options,
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{target}"),
        ]);

    /// <summary>A TCP connection from an address of this machine.</summary>
    internal static async Task<Socket> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    /// <summary>Shakes hands and asks for <c>/</c>; gives what the service got to see.</summary>
    internal static async Task<SeenRequest> RequestAsync(Stream stream)
    {
        await using var client = await ShakeHandsAsync(stream);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return SeenRequest.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)]);
    }

    /// <summary>Shakes hands.</summary>
    internal static async Task<SslStream> ShakeHandsAsync(Stream stream)
    {
        var client = new SslStream(stream);
        var options = EngineServer.ClientOptions();
        options.TargetHost = ProxyFixture.DefaultName;
        await client.AuthenticateAsClientAsync(options).WaitAsync(TimeSpan.FromSeconds(20));
        return client;
    }

    /// <summary>Whether the server closes without having said anything.</summary>
    internal static async Task AssertClosedAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20)));
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    }

    private ProxyConfiguration NewConfiguration()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        return configuration
            .With("TrustedProxies", new JsonArray("127.0.0.1", "2001:db8::/32"))
            .With("Listeners:behind:Address", Address(BehindPort))
            .With("Listeners:behind:AcceptProxyProtocol", true)
            .With("Listeners:plain:Address", Address(PlainPort))
            .With("Listeners:plain:Protocol", "redirect")
            .With("Listeners:plain:HttpsPort", configuration.Port)
            .With("Listeners:plain:AcmeChallengeFolder", AcmeFolder)
            .With("Listeners:plain-behind:Address", Address(PlainBehindPort))
            .With("Listeners:plain-behind:Protocol", "redirect")
            .With("Listeners:plain-behind:AcceptProxyProtocol", true)
            .With("Hsts:MaxAge", "1h");
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
