using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A service that sends a Strict-Transport-Security header of its own.</summary>
internal sealed class HstsBackend : IAsyncDisposable
{
    private WebApplication? _application;

    public int Port { get; } = FreePort.Next();

    public static async Task<HstsBackend> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var backend = new HstsBackend();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, backend.Port));
        backend._application = builder.Build();
        backend._application.MapFallback(context =>
        {
            context.Response.Headers.StrictTransportSecurity = "max-age=1";
            return context.Response.WriteAsync("here");
        });
        await backend._application.StartAsync();
        return backend;
    }

    public ValueTask DisposeAsync() => _application!.DisposeAsync();
}
