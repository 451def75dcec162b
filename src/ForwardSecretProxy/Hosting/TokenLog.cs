using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Hosting;

/// <summary>Says in the log when a token can no longer be used, when it can again, and what it does wrong.</summary>
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
        TokenFaults.Found += Write;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _metrics.AvailabilityChanged -= Write;
        TokenFaults.Found -= Write;
    }

    private void Write(TokenAvailability change)
    {
        if (change.Problem is { } problem)
            HostingLog.TokenUnavailable(_logger, change.Token, problem);
        else
            HostingLog.TokenBack(_logger, change.Token);
    }

    private void Write(TokenFault fault)
    {
        switch (fault.Kind)
        {
            case TokenFaultKind.CallExpired:
                HostingLog.CallExpired(_logger, fault.Token, fault.Subject, fault.Limit.TotalSeconds);
                break;
            case TokenFaultKind.CallReturned:
                HostingLog.CallReturned(_logger, fault.Token, fault.Subject);
                break;
            case TokenFaultKind.WrongSignature:
                HostingLog.WrongSignature(_logger, fault.Token, fault.Subject);
                break;
        }
    }
}
