using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>config/tcp-service.jsonc before two services that say who they are and repeat what they hear.</summary>
public sealed class TcpServiceTests : IDisposable
{
    private const string Name = "mqtt.example.test";

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new();
    private readonly MovedPorts _ports = new();

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Connections_ThroughTheExample_AreSharedByTheServices()
    {
        using var token = await ServingToken.CreateAsync();
        _directory.Write("pin", token.Pin);
        _directory.Write("mqtt.pem", _authority.Issue(await token.GenerateKeyAsync("mqtt", "ec-p256"), Name));
        using var one = new Repeater(_ports[1883]);
        using var two = new Repeater(_ports[1884]);
        await using var proxy = await ExampleProxy.StartAsync("tcp-service.jsonc", _ports, _directory, token);

        using var first = await ConnectAsync();
        using var second = await ConnectAsync();
        var (heardFirst, heardSecond) = (await AskAsync(first, "a"), await AskAsync(second, "b"));

        Assert.Equal(
            new[] { $"{_ports[1883]}", $"{_ports[1884]}" }.Order(),
            new[] { heardFirst.Split(' ')[0], heardSecond.Split(' ')[0] }.Order());
        Assert.EndsWith(" a", heardFirst, StringComparison.Ordinal);
        Assert.EndsWith(" b", heardSecond, StringComparison.Ordinal);
    }

    private async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _ports[8883]);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = Name,
            CertificateChainPolicy = _authority.TrustOnlyThis(),
        });
        return tls;
    }

    private static async Task<string> AskAsync(SslStream connection, string line)
    {
        await connection.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var reader = new StreamReader(connection, leaveOpen: true);
        return await reader.ReadLineAsync(limit.Token) ?? "";
    }

    /// <summary>A service that answers each line with its port and the line.</summary>
    private sealed class Repeater : IDisposable
    {
        private readonly TcpListener _listener;

        public Repeater(int port)
        {
            _listener = new TcpListener(IPAddress.Loopback, port);
            _listener.Start();
            _ = AcceptAsync(port);
        }

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(int port)
        {
            try
            {
                while (true)
                    _ = RepeatAsync(await _listener.AcceptTcpClientAsync(), port);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The end of the test.
            }
        }

        private static async Task RepeatAsync(TcpClient client, int port)
        {
            using (client)
            using (var reader = new StreamReader(client.GetStream()))
            {
                while (await reader.ReadLineAsync() is { } line)
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{port} {line}\n")));
            }
        }
    }
}
