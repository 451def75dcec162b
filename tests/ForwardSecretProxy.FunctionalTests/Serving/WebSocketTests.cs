using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

[Collection(RunningProxy.Name)]
public class WebSocketTests(ProxyFixture proxy)
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Echo_Messages_ComeBackInOrderAndTheCloseIsOrderly(string version)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectToLoopbackAsync,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = proxy.Authority.TrustOnlyThis() },
        };
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var url = string.Create(CultureInfo.InvariantCulture, $"wss://{ProxyFixture.DefaultName}:{proxy.Port}/ws");
        await socket.ConnectAsync(new Uri(url), invoker, limit.Token);

        foreach (var length in (int[])[1, 1000, 100_000])
        {
            var message = RandomNumberGenerator.GetBytes(length);
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, limit.Token);
            Assert.Equal(message, await ReceiveAsync(socket, limit.Token));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
        Assert.Equal(WebSocketState.Closed, socket.State);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    private static async ValueTask<Stream> ConnectToLoopbackAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return message.ToArray();
    }
}
