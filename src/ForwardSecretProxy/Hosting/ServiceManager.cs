using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// What is told to the service manager that started the process (sd_notify(3)): readiness, reloads, the stop, and that
/// it is alive. Without one, nothing happens.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly SystemdNotifier _notifier = new();
    private readonly Timer? _watchdog;

    /// <summary>Begins to send signs of life, where they are asked for (WATCHDOG_USEC).</summary>
    public ServiceManager()
    {
        // Twice within the time, as sd_watchdog_enabled(3) recommends. The timer runs on the thread pool: when that
        // does not get round to anything any more, neither does the proxy, and a restart is what it needs.
        if (_notifier.IsEnabled && ReadWatchdogTime() is { } time)
            _watchdog = new Timer(_ => Tell("WATCHDOG=1"), null, TimeSpan.Zero, time / 2);
    }

    /// <summary>The listeners answer.</summary>
    public void Ready() => Tell("READY=1");

    /// <summary>A reload has begun; <see cref="Ready"/> ends it.</summary>
    public void Reloading() => Tell(string.Create(CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    /// <summary>A stop has begun.</summary>
    public void Stopping() => Tell("STOPPING=1");

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    private void Tell(string state) => _notifier.Notify(new ServiceState(state));

    private static TimeSpan? ReadWatchdogTime() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var microseconds)
        && microseconds > 0
        && IsForThisProcess(Environment.GetEnvironmentVariable("WATCHDOG_PID"))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    private static bool IsForThisProcess(string? process) =>
        process is null || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
