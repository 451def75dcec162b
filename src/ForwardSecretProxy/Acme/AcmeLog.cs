using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Acme;

/// <summary>What <c>fsp acme run</c> says.</summary>
internal static partial class AcmeLog
{
    /// <summary>Says what came of looking after a certificate.</summary>
    public static void Write(ILogger logger, RenewalOutcome outcome)
    {
        switch (outcome)
        {
            case { Next: null }:
                Halted(logger, outcome.Certificate, outcome.Message!);
                break;
            case { Result: RenewalResult.Renewed, NotAfter: { } notAfter }:
                Renewed(logger, outcome.Certificate, notAfter.UtcDateTime);
                break;
            case { Result: RenewalResult.Failed, Next: { } next }:
                Failed(logger, outcome.Certificate, outcome.Message!, next.UtcDateTime);
                break;
            case { Next: { } next }:
                Planned(logger, outcome.Certificate, next.UtcDateTime);
                break;
        }
    }

    [LoggerMessage(EventIds.CertificateRenewed, LogLevel.Information, "Certificate {Certificate}: a new one is in its place, good until {NotAfter:u}.")]
    private static partial void Renewed(ILogger logger, string certificate, DateTime notAfter);

    [LoggerMessage(EventIds.RenewalFailed, LogLevel.Error, "Certificate {Certificate} was not renewed: {Reason}. The one before stays; the next try is at {Next:u}.")]
    private static partial void Failed(ILogger logger, string certificate, string reason, DateTime next);

    [LoggerMessage(EventIds.RenewalPlanned, LogLevel.Information, "Certificate {Certificate}: nothing to do before {Next:u}.")]
    private static partial void Planned(ILogger logger, string certificate, DateTime next);

    [LoggerMessage(EventIds.RenewalHalted, LogLevel.Error, "Certificate {Certificate} is not renewed any more, because a token refused the PIN: {Reason}.")]
    private static partial void Halted(ILogger logger, string certificate, string reason);
}
