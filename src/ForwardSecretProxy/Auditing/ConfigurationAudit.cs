using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Auditing;

/// <summary>Audits a configuration: our own by what <c>fsp serve</c> would do with it, any other by reading it.</summary>
internal static class ConfigurationAudit
{
    private const string Own = "fsp";

    /// <summary>What <c>--software</c> takes.</summary>
    public static IReadOnlyList<string> Software { get; } = [Own, .. ConfigurationAuditor.Software];

    /// <summary>Everything that is looked for.</summary>
    public static IReadOnlyList<CheckDescription> Checks { get; } = [.. OwnChecks.All, .. ConfigurationAuditor.Checks];

    /// <summary>Audits one configuration; nothing that is wrong with it is an exception.</summary>
    /// <param name="file">Its main file, or that file's folder.</param>
    /// <param name="software">One of <see cref="Software"/>; null to tell by what stands in it.</param>
    /// <param name="policy">What it is judged by beside the checks; null for nothing.</param>
    /// <param name="cancellationToken">Ends the wait for tokens.</param>
    public static async Task<AuditedSubject> RunAsync(
        string file, string? software, Profile? policy, CancellationToken cancellationToken)
    {
        try
        {
            // Also when it is said to be ours: what is too large, or no file, is not read any further.
            var recognised = software is null or Own ? ConfigurationAuditor.Recognise(file) : software;
            return (software ?? recognised) == Own
                ? await OwnConfigurationAudit.RunAsync(file, policy, cancellationToken)
                : ConfigurationAuditor.Audit(file, software, new OpenSslExpander(), policy);
        }
        catch (ConfigurationUnreadableException exception)
        {
            return new AuditedSubject(file, SubjectKind.Configuration) { Error = exception.Message };
        }
    }
}
