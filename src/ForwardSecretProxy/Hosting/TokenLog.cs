using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Hosting;

/// <summary>Says in the log when a token can no longer be used, and when it can again.</summary>
internal sealed class TokenLog : IDisposable
{
    private readonly SigningMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Begins to listen.</summary>
    public TokenLog(SigningMetrics metrics, ILogger logger)
    {
        _metrics = metrics;
        _logger = logger;
        _metrics.AvailabilityChanged += Write;
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => _metrics.AvailabilityChanged -= Write;

    private void Write(TokenAvailability change)
    {
        if (change.Problem is { } problem)
            HostingLog.TokenUnavailable(_logger, change.Token, problem);
        else
            HostingLog.TokenBack(_logger, change.Token);
    }
}
