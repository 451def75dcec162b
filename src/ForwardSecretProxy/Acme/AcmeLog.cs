using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Acme;

/// <summary>What <c>fsp acme run</c> says.</summary>
internal static partial class AcmeLog
{
    /// <summary>Says what came of looking after a certificate.</summary>
    public static void Write(ILogger logger, RenewalOutcome outcome)
    {
        switch (outcome.Result)
        {
            case RenewalResult.Renewed:
                Renewed(logger, outcome.Certificate, outcome.NotAfter!.Value.UtcDateTime);
                break;
            case RenewalResult.Failed:
                Failed(logger, outcome.Certificate, outcome.Message!, outcome.Next.UtcDateTime);
                break;
            default:
                Planned(logger, outcome.Certificate, outcome.Next.UtcDateTime);
                break;
        }
    }

    [LoggerMessage(EventIds.CertificateRenewed, LogLevel.Information, "Certificate {Certificate}: a new one is in its place, good until {NotAfter:u}.")]
    private static partial void Renewed(ILogger logger, string certificate, DateTime notAfter);

    [LoggerMessage(EventIds.RenewalFailed, LogLevel.Error, "Certificate {Certificate} was not renewed: {Reason}. The one before stays; the next try is at {Next:u}.")]
    private static partial void Failed(ILogger logger, string certificate, string reason, DateTime next);

    [LoggerMessage(EventIds.RenewalPlanned, LogLevel.Information, "Certificate {Certificate}: nothing to do before {Next:u}.")]
    private static partial void Planned(ILogger logger, string certificate, DateTime next);
}
