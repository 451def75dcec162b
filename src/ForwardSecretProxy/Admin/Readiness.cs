using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ForwardSecretProxy.Admin;

/// <summary>Whether clients should be sent here, and what speaks against it; says so in the log when that changes.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed partial class Readiness(HealthCheckService checks, ILogger<Readiness> logger)
{
    private volatile ReadinessStatus? _last;
    private string? _logged = "";

    /// <summary>What was found last; null before anybody asked.</summary>
    public ReadinessStatus? Last => _last;

    /// <summary>Runs every check.</summary>
    public async Task<ReadinessStatus> CheckAsync(CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        var status = new ReadinessStatus(
            report.Status == HealthStatus.Healthy,
            [
                .. report.Entries.Select(entry => new ReadinessCheck(
                    entry.Key, entry.Value.Status == HealthStatus.Healthy, entry.Value.Description)),
            ]);
        _last = status;
        Log(status);
        return status;
    }

    private void Log(ReadinessStatus status)
    {
        var problems = string.Join("; ", status.Checks.Where(check => !check.Ok).Select(check => check.Message));
        var before = Interlocked.Exchange(ref _logged, problems);
        if (before == problems)
            return;
        if (problems.Length > 0)
            LogNotReady(problems);
        else
            LogReady();
    }

    [LoggerMessage(EventIds.NotReady, LogLevel.Warning, "Not ready: {Problems}.")]
    private partial void LogNotReady(string problems);

    [LoggerMessage(EventIds.ReadyAgain, LogLevel.Information, "Ready again.")]
    private partial void LogReady();
}

/// <summary>The answer of <c>/readyz</c>.</summary>
/// <param name="Ready">Whether every check passed.</param>
/// <param name="Checks">The checks.</param>
internal sealed record ReadinessStatus(bool Ready, IReadOnlyList<ReadinessCheck> Checks);

/// <summary>One check of <see cref="ReadinessStatus"/>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Ok">Whether it passed.</param>
/// <param name="Message">What was found, where there is something to say.</param>
internal sealed record ReadinessCheck(string Name, bool Ok, string? Message);
