using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.MtaSts;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Redirecting;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Requests;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Hosting;

/// <summary>Puts the web server together: Kestrel behind our listeners, YARP behind Kestrel, and nothing else.</summary>
internal static class ProxyApplication
{
    /// <summary>Builds the application that serves <paramref name="start"/>, and what it becomes by reloads.</summary>
    /// <param name="start">What is served; it must outlive the application.</param>
    /// <param name="content">Answers requests itself in place of the routes; null for a proxy.</param>
    public static WebApplication Build(ServerStart start, RequestDelegate? content = null)
    {
        // Empty: no appsettings.json, no ASPNETCORE_ variables, no user secrets, nothing that a stray file or
        // variable could switch on.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "fsp",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var initial = start.Server!.Options;
        builder.Logging.AddStandardError(new LiveLogging(initial.Logging));
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(start);
        builder.Services.AddSingleton<ServiceManager>();
        builder.Services.AddSingleton<RunningServer>();
        AddListeners(builder.Services, start.Server);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            StrictParsing.Apply(kestrel);
            kestrel.Listen(new ListenersEndPoint());
            KestrelLimits.Apply(kestrel.Limits, initial.Limits);
        });
        // How long a stop takes is decided where it is asked for.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        if (content is null)
            AddReverseProxy(builder.Services, start.Server);

        var application = builder.Build();
        var server = application.Services.GetRequiredService<RunningServer>();
        application.UseRequestLog();
        application.Use(EndConnectionsWhenDraining(server));
        if (initial.Admin is not null)
            application.Use(application.Services.GetRequiredService<RequestMetrics>().MeasureAsync);
        application.UseRequestHygiene();
        application.Use(new PlaintextMiddleware(name => server.Current.IsServed(name)).InvokeAsync);
        application.Use((context, next) =>
        {
            var options = server.Current.Options;
            ForwardedClaims.Apply(context, options.TrustedProxies);
            ClientClaims.Discard(context.Request.Headers);
            context.Features.Get<ClientCertificateHeaders>()?.Set(context.Request.Headers);
            StrictTransport.Apply(context, options.Hsts);
            return next(context);
        });
        application.Use(new MtaStsMiddleware(() => server.Current.MtaSts).InvokeAsync);
        if (content is null)
            UseReverseProxy(application);
        else
            application.Run(content);
        return application;
    }

    private static void AddListeners(IServiceCollection services, PreparedServer server)
    {
        var options = server.Options;
        services
            .AddSingleton(new ConnectionLimit(DescriptorBudget.Connections(options.Limits.MaxConnections)))
            // As many to services as from clients, which is what the budget of file descriptors counts on.
            .AddSingleton(new BackendLimit(DescriptorBudget.Connections(options.Limits.MaxConnections)))
            .AddSingleton<RelaySet>()
            .AddSingleton<RelayMetrics>()
            .AddSingleton<RelayConnector>()
            .AddSingleton<RelayService>()
            .AddSingleton<TlsMetrics>()
            .AddSingleton<RequestMetrics>()
            .AddSingleton(provider => new ConnectionIntake(
                options, provider.GetRequiredService<RelayService>(), provider.GetRequiredService<TlsMetrics>(), provider.GetRequiredService<LiveLogging>(),
                provider.GetRequiredService<ILogger<ConnectionIntake>>()))
            .AddSingleton<ListenerSet>()
            .AddSingleton<IConnectionListenerFactory>(provider => provider.GetRequiredService<ListenerSet>());
    }

    /// <summary>Lets each connection end with the answer that is on its way: HTTP/2 with a GOAWAY (RFC 9113 section 6.8).</summary>
    private static Func<HttpContext, RequestDelegate, Task> EndConnectionsWhenDraining(RunningServer server) =>
        (context, next) =>
        {
            if (server.IsDraining)
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return next(context);
        };

    private static void AddReverseProxy(IServiceCollection services, PreparedServer server)
    {
        var routes = server.Routes;
        services.AddReverseProxy().LoadFromMemory(routes.Routes, routes.Clusters).AddTransforms(KeptEscapes.Add);
        services.AddSingleton<LiveRoutes>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BackendClientFactory>(provider, routes));
        services.AddSingleton<IForwarderHttpClientFactory>(provider => provider.GetRequiredService<BackendClientFactory>());
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

    private static void UseReverseProxy(WebApplication application)
    {
        application.UseRouting();
        application.UseRequestTimeouts();
        application.MapReverseProxy(pipeline =>
        {
            pipeline.UseMiddleware<FailureLog>();
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
        });
    }
}
