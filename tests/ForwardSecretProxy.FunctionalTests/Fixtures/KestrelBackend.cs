using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A web service behind the proxy. It answers every request with what it received of it, as JSON, and echoes
/// WebSocket messages at <c>/ws</c>.
/// </summary>
internal sealed class KestrelBackend : IAsyncDisposable
{
    private WebApplication? _application;

    /// <summary>Speaks HTTP/1.1.</summary>
    public int Http1Port { get; } = FreePort.Next();

    /// <summary>Speaks HTTP/2 without TLS, by prior knowledge (RFC 9113 section 3.3).</summary>
    public int Http2Port { get; } = FreePort.Next();

    /// <summary>Starts it.</summary>
    public static async Task<KestrelBackend> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var backend = new KestrelBackend();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, backend.Http1Port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, backend.Http2Port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var application = builder.Build();
        backend._application = application;
        application.UseWebSockets();
        application.Map("/ws", EchoMessagesAsync);
        application.MapFallback(DescribeAsync);
        await application.StartAsync();
        return backend;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application!.DisposeAsync();

    private static async Task DescribeAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var seen = new SeenRequest(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            context.Request.Protocol,
            context.Request.Headers.ToDictionary(
                header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
            await body.ReadToEndAsync());
        await context.Response.WriteAsync(JsonSerializer.Serialize(seen));
    }

    /// <summary>Echoes WebSocket messages until the client closes.</summary>
    public static async Task EchoMessagesAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(
                buffer.AsMemory(0, received.Count),
                received.MessageType,
                received.EndOfMessage,
                context.RequestAborted);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
    }
}
