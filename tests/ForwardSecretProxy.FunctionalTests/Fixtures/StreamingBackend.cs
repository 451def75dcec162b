using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A web and gRPC service whose answers take time: events, large bodies, requests that never end.</summary>
internal sealed class StreamingBackend : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Channel<string>> _events = new();
    private long _sent;

    private StreamingBackend(TestAuthority authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _certificate = X509Certificate2.CreateFromPem(
            authority.Issue(key.ExportSubjectPublicKeyInfo(), "localhost"), key.ExportPkcs8PrivateKeyPem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.UseWebSockets();
        _application.MapGrpcService<NumbersService>();
        _application.Map("/events/{name}", SendEventsAsync);
        _application.Map("/upload", TakeUploadAsync);
        _application.Map("/download/{bytes}", SendDownloadAsync);
        _application.Map("/trailers", SendTrailersAsync);
        _application.Map("/refuse/{status}", (HttpContext context, int status) => { context.Response.StatusCode = status; });
        _application.Map("/take", async (HttpContext context) => await context.Response.WriteAsJsonAsync(
            await new StreamReader(context.Request.Body).ReadToEndAsync()));
        _application.Map("/ws", KestrelBackend.EchoMessagesAsync);
        _application.Map("/hang", HangAsync);
        _application.Map("/break/{bytes}", BreakAsync);
        _application.Map("/page", (HttpContext context) => context.Response.WriteAsync(Page));
        _application.Map("/report", async (HttpContext context) =>
            Reports.Writer.TryWrite(await new StreamReader(context.Request.Body).ReadToEndAsync()));
    }

    /// <summary>Speaks HTTP/1.1.</summary>
    public int Http1Port { get; } = FreePort.Next();

    /// <summary>Speaks HTTP/2 without TLS.</summary>
    public int Http2Port { get; } = FreePort.Next();

    /// <summary>Speaks both in TLS, as <c>localhost</c>.</summary>
    public int TlsPort { get; } = FreePort.Next();

    /// <summary>The page that <c>/page</c> answers with.</summary>
    public string Page { get; set; } = "";

    /// <summary>
    /// What <c>/events/{name}</c> sends next. Each test has a name of its own: the request of the one before may still be there.
    /// </summary>
    public Channel<string> Events(string name) => _events.GetOrAdd(name, _ => Channel.CreateUnbounded<string>());

    /// <summary>What was posted to <c>/report</c>.</summary>
    public Channel<string> Reports { get; } = Channel.CreateUnbounded<string>();

    /// <summary>A protocol for each request to <c>/hang</c>.</summary>
    public Channel<string> Hanging { get; } = Channel.CreateUnbounded<string>();

    /// <summary>A protocol for each of those that was given up.</summary>
    public Channel<string> Aborted { get; } = Channel.CreateUnbounded<string>();

    /// <summary>Bytes that <c>/download</c> has got rid of.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Starts it.</summary>
    public static async Task<StreamingBackend> StartAsync(TestAuthority authority)
    {
        var backend = new StreamingBackend(authority);
        await backend._application.StartAsync();
        return backend;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Listen(IPAddress.Loopback, Http1Port, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(IPAddress.Loopback, Http2Port, listen => listen.Protocols = HttpProtocols.Http2);
        kestrel.Listen(IPAddress.Loopback, TlsPort, listen => listen.UseHttps(_certificate));
    }

    private async Task SendEventsAsync(HttpContext context, string name)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
        await foreach (var data in Events(name).Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync($"data: {data}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task TakeUploadAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        var length = 0L;
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }

        await context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"{length} {Convert.ToHexString(hash.GetHashAndReset())}"));
    }

    private async Task SendDownloadAsync(HttpContext context, long bytes)
    {
        var block = new byte[64 * 1024];
        for (var left = bytes; left > 0; left -= block.Length)
        {
            await context.Response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), context.RequestAborted);
            Interlocked.Add(ref _sent, block.Length);
        }
    }

    private static async Task SendTrailersAsync(HttpContext context)
    {
        context.Response.DeclareTrailer("x-after");
        await context.Response.WriteAsync("body");
        context.Response.AppendTrailer("x-after", context.Request.Headers.TE.ToString());
    }

    private async Task HangAsync(HttpContext context)
    {
        Hanging.Writer.TryWrite(context.Request.Protocol);
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            Aborted.Writer.TryWrite(context.Request.Protocol);
        }
    }

    private static async Task BreakAsync(HttpContext context, int bytes)
    {
        if (context.Request.Query.ContainsKey("length"))
            context.Response.ContentLength = bytes * 2;
        await context.Response.Body.WriteAsync(new byte[bytes]);
        await context.Response.Body.FlushAsync();
        if (context.Features.Get<IHttpResetFeature>() is { } stream)
            stream.Reset(errorCode: 2);
        else
            context.Abort();
    }
}
