using System.Diagnostics;
using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Hosting;

/// <summary>Runs a prepared server until a signal ends it.</summary>
internal static class ServerRunner
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Serves, and returns when SIGTERM, SIGINT or <paramref name="stop"/> has stopped it. SIGHUP reloads; a certificate
    /// file that changes is read by itself.
    /// </summary>
    /// <param name="start">What is served; stays the caller's.</param>
    /// <param name="content">Answers requests itself in place of the routes; null for a proxy.</param>
    /// <param name="started">Called when all listeners answer; null for nobody.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task RunAsync(ServerStart start, RequestDelegate? content, Action? started, CancellationToken stop)
    {
        await using var application = ProxyApplication.Build(start, content);
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("fsp");
        var server = application.Services.GetRequiredService<RunningServer>();
        var manager = application.Services.GetRequiredService<ServiceManager>();
        using var signals = new ServiceSignals(() => _ = server.ReloadAsync(CancellationToken.None));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop, signals.Stopping);
        _ = start.Signers.Ended.ContinueWith(
            _ =>
            {
                HostingLog.SignerEnded(logger);
                stopping.Cancel();
            },
            stopping.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        LogStart(logger, start);
        using var tokens = new TokenLog(start.Metrics, logger);
        await using var admin = await AdminServer.StartAsync(
            server, application.Services.GetRequiredService<LiveLogging>(), stopping.Token);
        await application.StartAsync(CancellationToken.None);
        server.Begin();
        LogListeners(logger, server);
        manager.Ready();
        started?.Invoke();

        var keys = new KeyWatch(
            () => server.Current,
            (chain, key) => server.CanOpenAsync(chain, key, stopping.Token),
            () => server.RenewCertificatesAsync(stopping.Token),
            logger).RunAsync(stopping.Token);
        // Until the stop: it is also what the serving itself needs no thread for.
        await new FileWatch(WatchInterval, () => server.Current, () => server.RenewCertificatesAsync(stopping.Token))
            .RunAsync(stopping.Token);
        await keys;

        manager.Stopping();
        await new Drain(application, server, application.Services.GetRequiredService<RelaySet>(), logger).RunAsync(signals.Hurry);
        HostingLog.Stopped(logger, TlsServer.LiveConnections);
    }

    private static void LogStart(ILogger logger, ServerStart start)
    {
        var server = start.Server!;
        HostingLog.Starting(logger, ProductVersion.Current, OpenSslLibrary.Version);
        if (start.Scope.Hardening is { } hardening)
            LogHardening(logger, hardening);
        foreach (var problem in start.Problems)
            HostingLog.ConfigurationWarning(logger, problem.ToString());
        foreach (var certificate in server.Certificates)
            LogCertificate(logger, certificate);
        var (configured, effective) =
            (server.Options.Limits.MaxConnections, DescriptorBudget.Connections(server.Options.Limits.MaxConnections));
        if (effective < configured)
            HostingLog.FewDescriptors(logger, configured, effective);
    }

    private static void LogHardening(ILogger logger, HardeningState hardening)
    {
        HostingLog.Hardened(logger, string.Join(", ", hardening.Measures.Where(measure => measure.InForce).Select(measure => measure.Name)));
        foreach (var measure in hardening.Measures.Where(measure => !measure.InForce))
            HostingLog.NotHardened(logger, measure.Name, measure.Reason!, measure.Mend);
        if (!hardening.IsSandboxed)
            HostingLog.SandboxOff(logger);
    }

    private static void LogCertificate(ILogger logger, PreparedCertificate certificate)
    {
        foreach (var chain in certificate.Served)
        {
            foreach (var key in chain.Keys.Where(key => key.Opened is not null)) LogKey(logger, certificate, chain, key);
        }
    }

    private static void LogKey(ILogger logger, PreparedCertificate certificate, PreparedChain chain, PreparedKey key)
    {
        var name = certificate.Choice is null ? certificate.Options.Name : $"{certificate.Options.Name} ({key.Role})";
        var opened = key.Opened!;
        HostingLog.CertificateReady(logger, name,
            string.Join(", ", chain.Certificate!.DnsNames), chain.KeyAlgorithm, opened.TokenLabel);
        if (opened.Lacking.Count > 0)
            HostingLog.SchemesLacking(logger, opened.TokenLabel, string.Join(", ", opened.Lacking), name);
    }

    private static void LogListeners(ILogger logger, RunningServer server)
    {
        foreach (var listener in server.Listeners)
        {
            var options = listener.Binding.Options;
            HostingLog.Listening(logger, options.Name, listener.Address.ToString());
            if (options.ClientCertificates is { } clients)
                HostingLog.ClientCertificates(logger, options.Name, clients.CaFile, clients.Required, clients.CrlFile ?? "none");
        }

        var milliseconds = (long)(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;
        HostingLog.Started(logger, milliseconds, string.Join(", ", server.Current.TlsServers.First().Groups));
    }
}
