using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>Loads the chains, opens their keys, and checks both and that they belong together.</summary>
internal static class CertificatePreparation
{
    private const string P256Oid = "1.2.840.10045.3.1.7";

    /// <summary>Prepares every certificate; those with an error are reported and left out.</summary>
    public static async Task<List<PreparedCertificate>> PrepareAsync(
        IReadOnlyList<CertificateOptions> certificates,
        ISignerSource signers,
        ConfigurationContext context,
        CancellationToken cancellationToken)
    {
        var prepared = new List<PreparedCertificate>();
        foreach (var options in certificates)
        {
            var chain = CertificateChain.Load(options.Chain);
            var key = await signers.OpenAsync(
                options, chain.Leaf?.SubjectPublicKeyInfo, context, cancellationToken);
            var usable = Report(options, chain.Check(DateTimeOffset.UtcNow, key?.Signer.SubjectPublicKeyInfo), context);
            if (usable && key is not null)
            {
                prepared.Add(new PreparedCertificate(
                    options,
                    chain.ToTlsCertificate(key.Signer),
                    Describe(chain.Leaf!),
                    key,
                    chain.Certificates.MinBy(certificate => certificate.NotAfter)!));
            }
        }
        return prepared;
    }

    private static bool Report(
        CertificateOptions options, IReadOnlyList<CertificateProblem> problems, ConfigurationContext context)
    {
        var usable = true;
        foreach (var problem in problems)
        {
            var isError = problem.Severity == ProblemSeverity.Error;
            usable &= !isError;
            context.Report(
                new ConfigurationProblem($"Certificates:{options.Name}:Chain", problem.Message, problem.Mend)
                {
                    Severity = isError
                        ? ConfigurationProblemSeverity.Error
                        : ConfigurationProblemSeverity.Warning,
                    IsExpiry = problem.IsExpiry,
                });
        }
        return usable;
    }

    private static string Describe(CertificateFacts leaf) =>
        leaf.RsaBits is { } bits ? $"RSA {bits}" : leaf.CurveOid == P256Oid ? "ECDSA P-256" : "ECDSA P-384";
}
