using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ForwardSecretProxy.Hosting;

/// <summary>Puts the web server together: Kestrel behind our TLS, YARP behind Kestrel, and nothing else.</summary>
internal static class ProxyApplication
{
    /// <summary>Builds the application that serves <paramref name="server"/>.</summary>
    /// <param name="server">What is served; it must outlive the application.</param>
    /// <param name="maxConnections">How many client connections there may be at once.</param>
    /// <param name="content">Answers requests itself in place of the routes; null for a proxy.</param>
    public static WebApplication Build(PreparedServer server, int maxConnections, RequestDelegate? content = null)
    {
        // Empty: no appsettings.json, no ASPNETCORE_ variables, no user secrets, nothing that a stray file or
        // variable could switch on.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "fsp",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.AddStandardError(server.Options.Logging);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddTlsListeners(server.Options.Tls.Limits, maxConnections);
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, server));
        builder.Services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = server.Options.Limits.ShutdownTimeout);
        if (content is null)
            AddReverseProxy(builder.Services, server.Routes);

        var application = builder.Build();
        application.Use(static (context, next) =>
        {
            ClientClaims.Discard(context.Request.Headers);
            return next(context);
        });
        if (content is null)
            UseReverseProxy(application, server.Routes);
        else
            application.Run(content);
        return application;
    }

    private static void Configure(KestrelServerOptions kestrel, PreparedServer server)
    {
        var limits = server.Options.Limits;
        kestrel.AddServerHeader = false;
        // The listeners count connections themselves, from accept on: Kestrel sees only those that speak.
        kestrel.Limits.MaxConcurrentUpgradedConnections = limits.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = limits.MaxRequestBodyBytes == 0 ? null : limits.MaxRequestBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = limits.KeepAliveTimeout;
        foreach (var listener in server.Listeners)
            kestrel.ListenTls(listener.Options.Address, listener.Tls);
    }

    private static void AddReverseProxy(IServiceCollection services, RouteTable routes)
    {
        services.AddReverseProxy()
            .LoadFromMemory(routes.Routes, routes.Clusters)
            .ConfigureHttpClient((_, handler) => BackendConnection.Configure(handler));
        services.AddRequestTimeouts();

        // YARP brings the data protection of ASP.NET Core for sticky sessions, and that writes a key ring to the home
        // directory at every start. Affinity cookies can live as long as the process does.
        foreach (var keyRingLoader in services.Where(IsKeyRingLoader).ToList())
            services.Remove(keyRingLoader);
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
    }

    private static bool IsKeyRingLoader(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;

    private static void UseReverseProxy(WebApplication application, RouteTable routes)
    {
        application.UseRouting();
        if (routes.Routes.Any(route => route.Timeout is not null))
            application.UseRequestTimeouts();
        application.MapReverseProxy();
    }
}
