using System.Diagnostics;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ForwardSecretProxy.Hosting;

/// <summary>Runs a prepared server until a signal ends it.</summary>
internal static class ServerRunner
{
    /// <summary>Listens, and returns when SIGTERM, SIGINT or <paramref name="cancellationToken"/> has stopped it.</summary>
    /// <param name="server">What is served; stays the caller's.</param>
    /// <param name="problems">Those that did not keep it from starting; they are logged.</param>
    /// <param name="content">Answers requests itself in place of the routes; null for a proxy.</param>
    /// <param name="started">Called when all listeners answer; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public static async Task RunAsync(
        PreparedServer server,
        IReadOnlyList<ConfigurationProblem> problems,
        RequestDelegate? content,
        Action? started,
        CancellationToken cancellationToken)
    {
        var maxConnections = DescriptorBudget.Connections(server.Options.Limits.MaxConnections);
        await using var application = ProxyApplication.Build(server, maxConnections, content);
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("fsp");
        HostingLog.Starting(logger, ProductVersion.Current, OpenSslLibrary.Version);
        foreach (var problem in problems)
            HostingLog.ConfigurationWarning(logger, problem.ToString());
        foreach (var certificate in server.Certificates)
            LogCertificate(logger, certificate);
        if (maxConnections < server.Options.Limits.MaxConnections)
            HostingLog.FewDescriptors(logger, server.Options.Limits.MaxConnections, maxConnections);

        application.Lifetime.ApplicationStopping.Register(() =>
            HostingLog.Stopping(logger, server.Options.Limits.ShutdownTimeout.TotalSeconds));
        await application.StartAsync(cancellationToken);
        LogListeners(logger, server, application);
        started?.Invoke();
        await application.WaitForShutdownAsync(cancellationToken);
        HostingLog.Stopped(logger, TlsServer.LiveConnections);
    }

    private static void LogCertificate(ILogger logger, PreparedCertificate certificate)
    {
        var (name, key) = (certificate.Options.Name, certificate.Key);
        HostingLog.CertificateReady(logger, name,
            string.Join(", ", certificate.Certificate.DnsNames), certificate.KeyAlgorithm, key.TokenLabel);
        if (key.Lacking.Count > 0)
            HostingLog.SchemesLacking(logger, key.TokenLabel, string.Join(", ", key.Lacking), name);
    }

    private static void LogListeners(ILogger logger, PreparedServer server, WebApplication application)
    {
        // In the order of the listeners; it has the port that the system chose for port 0.
        var addresses = application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses;
        foreach (var (listener, address) in server.Listeners.Zip(addresses))
        {
            var schemeEnd = address.IndexOf("//", StringComparison.Ordinal) + 2;
            HostingLog.Listening(logger, listener.Options.Name, address[schemeEnd..]);
        }

        var milliseconds = (long)(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;
        HostingLog.Started(logger, milliseconds, string.Join(", ", server.Listeners[0].Tls.Groups));
    }
}
