using System.Diagnostics;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;
using ForwardSecretProxy.Signing.Keys;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// The server while it runs: which state of the configuration is served, and how it becomes another. A new state is
/// checked whole and then swapped in; connections that are open stay as they are.
/// </summary>
internal sealed class RunningServer : IServerState, IDisposable
{
    private readonly ServerStart _start;
    private readonly ListenerSet _listeners;
    private readonly ConnectionIntake _intake;
    private readonly ConnectionLimit _connections;
    private readonly KestrelServerLimits _kestrel;
    private readonly LiveRoutes? _routes;
    private readonly BackendLimit _backends;
    private readonly RelayService _relays;
    private readonly LiveLogging _logging;
    private readonly ServiceManager _manager;
    private readonly ILogger<RunningServer> _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _isDraining;

    /// <summary>Created by the container; nothing is accepted before <see cref="Begin"/>.</summary>
    public RunningServer(
        ServerStart start,
        ListenerSet listeners,
        ConnectionIntake intake,
        ConnectionLimit connections,
        IOptions<KestrelServerOptions> kestrel,
        BackendLimit backends,
        RelayService relays,
        IServiceProvider services,
        LiveLogging logging,
        ServiceManager manager,
        ILogger<RunningServer> logger)
    {
        _start = start;
        _listeners = listeners;
        _intake = intake;
        _connections = connections;
        _kestrel = kestrel.Value.Limits;
        _backends = backends;
        _relays = relays;
        // A demonstration has no routes.
        _routes = services.GetService<LiveRoutes>();
        _logging = logging;
        _manager = manager;
        _logger = logger;
    }

    /// <summary>The state that is served.</summary>
    public PreparedServer Current => _start.Server!;

    /// <summary>What was found in the state that is served, and did not keep it from being served.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _start.Problems;

    /// <summary>What came of the last reload when it was refused; null when what is served is what the files say.</summary>
    public ReloadReport? Refused { get; private set; }

    /// <summary>When listening began.</summary>
    public DateTimeOffset Started { get; private set; }

    /// <summary>Whether the listeners have begun to accept.</summary>
    public bool IsListening => Started != default;

    /// <summary>Whether a stop was asked for: nothing new is accepted, and connections end with their next answer.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>The listeners that accept now.</summary>
    public IReadOnlyList<Listener> Listeners => _listeners.Listeners;

    /// <summary>How many client connections there are, and how many there may be.</summary>
    public (int Count, int Max) Connections => (_connections.Count, _connections.Max);

    /// <summary>How many of the connections have not finished their handshake.</summary>
    public int Handshakes => _intake.Handshakes;

    /// <summary>Begins to accept.</summary>
    public void Begin()
    {
        Started = DateTimeOffset.UtcNow;
        _listeners.Apply(Bindings(Current));
        BeginRelays(Current);
    }

    /// <summary>Accepts nothing more, for good.</summary>
    public void BeginDraining()
    {
        _isDraining = true;
        _listeners.Stop();
    }

    /// <summary>Reads the configuration file again, and serves what it says now if nothing is wrong with it.</summary>
    /// <remarks>Spares that stand in are relieved, if they can be: whoever reloads wants what the file says.</remarks>
    public async Task<ReloadReport> ReloadAsync(CancellationToken cancellationToken)
    {
        var report = await SwapAsync(
            () =>
            {
                if (!_isDraining) _manager.Reloading();
                return ConfigurationLoader.Load(_start.File);
            },
            isReload: true,
            cancellationToken);
        if (report.Swapped)
        {
            foreach (var certificate in Current.Certificates) certificate.Choice?.FailBack();
        }

        return report;
    }

    /// <summary>
    /// Reads the files that the configuration names again, and not the configuration itself: somebody may be editing it.
    /// </summary>
    public Task<ReloadReport> RenewCertificatesAsync(CancellationToken cancellationToken) =>
        SwapAsync(() => new LoadedConfiguration(Current.Options, new ConfigurationContext(
            _start.File.DirectoryName!, new Dictionary<string, string>())), isReload: false, cancellationToken);

    /// <summary>Whether a key that was not there can be opened now.</summary>
    public async Task<bool> CanOpenAsync(PreparedChain chain, PreparedKey key, CancellationToken cancellationToken)
    {
        if (!Pkcs11Uri.TryParse(key.Options.Key, out var uri, out _))
            return false;

        // The other tokens are left in peace.
        var options = Current.Options;
        options = options with { Tokens = [.. options.Tokens.Where(token => token.Options.MayBeNamedBy(uri))] };
        var context = new ConfigurationContext(_start.File.DirectoryName!, new Dictionary<string, string>());
        using var signers = _start.Signers.Open(new LoadedConfiguration(options, context), isReload: false);
        return await signers.OpenAsync(key.Options, chain.Chain.Leaf?.SubjectPublicKeyInfo, context, cancellationToken) is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ReloadReport> SwapAsync(
        Func<LoadedConfiguration> load, bool isReload, CancellationToken cancellationToken)
    {
        // The token's calls block.
        await Task.Yield();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var begun = Stopwatch.GetTimestamp();
            var report = await TrySwapAsync(load(), isReload, cancellationToken);
            Log(report, Stopwatch.GetElapsedTime(begun));
            return report;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it is, it is no reason to stop serving.
            HostingLog.ReloadBroke(_logger, exception);
            return new ReloadReport(Swapped: false, [new ConfigurationProblem(
                "", $"the reload broke in the proxy: {exception.Message.TrimEnd('.')}", "The log has more; please report it.")]);
        }
        finally
        {
            // For a service manager that was told of the reload; to one that was not it is nothing new.
            if (!_isDraining && IsListening) _manager.Ready();
            _turn.Release();
        }
    }

    private async Task<ReloadReport> TrySwapAsync(LoadedConfiguration loaded, bool isReload, CancellationToken cancellationToken)
    {
        var context = loaded.Context;
        if (_isDraining)
            context.Report("", "the proxy is stopping", "The next start reads the file anyway.");
        var signers = _start.Signers.Open(loaded, isReload);
        var next = await ServerPreparation.PrepareAsync(
            loaded, signers, _start.Scope with { Previous = Current }, cancellationToken);
        if (next is not null)
        {
            ReportWhatWaits(Current.Options, next.Options, context);
            var before = Current.Certificates;
            Swap(next, context.Problems);
            LogChangedKeys(before, next.Certificates);
        }

        _start.Scope.Sockets?.CloseAllBut(Current.Options.Listeners);
        return new ReloadReport(next is not null, context.Problems);
    }

    private void Swap(PreparedServer next, IReadOnlyList<ConfigurationProblem> problems)
    {
        var options = next.Options;
        _connections.Max = DescriptorBudget.Connections(options.Limits.MaxConnections);
        _intake.Configure(options);
        KestrelLimits.Apply(_kestrel, options.Limits);
        _logging.Apply(options.Logging);
        _backends.Max = _connections.Max;
        _routes?.Apply(next.Routes);
        _listeners.Apply(Bindings(next));
        BeginRelays(next);
        _start.Replace(next, problems);
    }

    private void LogChangedKeys(IReadOnlyList<PreparedCertificate> before, IReadOnlyList<PreparedCertificate> now)
    {
        foreach (var certificate in now)
        {
            var key = certificate.Key.Signer.SubjectPublicKeyInfo;
            var old = before.FirstOrDefault(each => each.Options.Name == certificate.Options.Name);
            if (old is not null && !old.Key.Signer.SubjectPublicKeyInfo.Span.SequenceEqual(key.Span))
                HostingLog.KeyChanged(_logger, certificate.Options.Name, SubjectPublicKey.Parse(key.Span).Fingerprint, certificate.Key.TokenLabel);
        }
    }

    private List<ListenerBinding> Bindings(PreparedServer server)
    {
        var sockets = _start.Scope.Sockets!;
        return [.. server.Listeners.Select(listener => new ListenerBinding(
            listener.Options, sockets[listener.Options], listener.Tls, listener.Relay, sockets.IsInherited(listener.Options)))];
    }

    private void BeginRelays(PreparedServer server)
    {
        foreach (var relay in server.Relays) _relays.Begin(relay);
    }

    private static void ReportWhatWaits(ProxyOptions before, ProxyOptions next, ConfigurationContext context)
    {
        if (before.Admin == next.Admin) return;
        context.Report(new ConfigurationProblem("Admin", "it has changed, and a reload does not change it", "It takes effect at the next start.")
        {
            Severity = ConfigurationProblemSeverity.Warning,
        });
    }

    private void Log(ReloadReport report, TimeSpan duration)
    {
        Refused = report.Swapped ? null : report;
        foreach (var problem in report.Problems)
        {
            if (problem.Severity == ConfigurationProblemSeverity.Error)
                HostingLog.ConfigurationError(_logger, problem.ToString());
            else
                HostingLog.ConfigurationWarning(_logger, problem.ToString());
        }

        if (report.Swapped)
            HostingLog.Reloaded(_logger, (long)duration.TotalMilliseconds);
        else
            HostingLog.ReloadRefused(_logger);
    }
}
