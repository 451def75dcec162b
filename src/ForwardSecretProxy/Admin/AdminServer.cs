using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Logging;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// The admin listener: a second small web server in the same process, which answers for as long as the process lives,
/// also while the proxy starts and stops.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private AdminServer(WebApplication application) => _application = application;

    /// <summary>Starts it; null when none is configured.</summary>
    /// <param name="server">What it shows.</param>
    /// <param name="logging">How it logs, as the proxy does.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<AdminServer?> StartAsync(
        IServerState server, LiveLogging logging, CancellationToken cancellationToken)
    {
        if (server.Current.Options.Admin is not { } options)
            return null;

        var application = Build(options, server, logging);
        try
        {
            // They listen before anything happens that they count.
            application.Services.GetRequiredService<CertificateMetrics>().Follow();
            application.Services.GetRequiredService<ServerMetrics>();
            application.Services.GetRequiredService<LiveMetrics>();
            application.Services.GetRequiredService<MeterProvider>();
            if (options.Address is UnixDomainSocketEndPoint socket)
                SocketFile.RemoveStale(socket.ToString()!, "Admin:Address");
            await application.StartAsync(cancellationToken);
            if (options.Address is UnixDomainSocketEndPoint bound)
                SocketFile.Restrict(bound);
        }
        catch (SocketException exception)
        {
            await application.DisposeAsync();
            throw new IOException($"Admin:Address: {AdminAddress.Format(options.Address)} cannot be listened on: "
                + $"{exception.Message}. A socket's directory must be there, and this user must be allowed to write to it.",
                exception);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("fsp");
        AdminLog.Listening(logger, AddressOf(application, options));
        return new AdminServer(application);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private static WebApplication Build(AdminOptions options, IServerState server, LiveLogging logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "fsp-admin",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.AddStandardError(logging);
        // What fails is in the answer, and in one line when it changes; a start that fails is the command's to tell.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, options.Address));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        AddStatus(builder.Services, options, server);

        var application = builder.Build();
        application.Use(AdminGuard.CheckAsync);
        application.UseRouting();
        application.MapAdmin();
        return application;
    }

    // A client costs little here and there are few; nobody sends a body.
    private static void Configure(KestrelServerOptions kestrel, EndPoint address)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.Limits.MaxRequestBodySize = 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        if (address is UnixDomainSocketEndPoint socket)
            kestrel.ListenUnixSocket(socket.ToString()!, listen => listen.Protocols = HttpProtocols.Http1);
        else
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void AddStatus(IServiceCollection services, AdminOptions options, IServerState server)
    {
        services.AddRoutingCore();
        services.AddHealthChecks()
            .AddCheck<ListenersCheck>("listeners")
            .AddCheck<DrainCheck>("drain")
            .AddCheck<TokensCheck>("tokens");
        services.AddMetricsExport(options);
        services.AddSingleton(server)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<SigningProbe>()
            .AddSingleton<TokenAnswers>()
            .AddSingleton<Readiness>()
            .AddSingleton<CertificateMetrics>()
            .AddSingleton<ServerMetrics>()
            .AddSingleton<History>()
            .AddSingleton<LiveMetrics>()
            .AddSingleton<KeyUseReader>()
            .AddSingleton<StatusReader>()
            .AddSingleton<StatusPage>();
    }

    // With the port that the system chose for port 0.
    private static string AddressOf(WebApplication application, AdminOptions options) =>
        options.Address is UnixDomainSocketEndPoint
            ? AdminAddress.Format(options.Address)
            : application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>The signals are the proxy's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
