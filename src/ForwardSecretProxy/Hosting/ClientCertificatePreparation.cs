using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Hosting;

/// <summary>Loads and checks the CAs and revocation lists of listeners that ask for client certificates.</summary>
internal static class ClientCertificatePreparation
{
    /// <summary>The policy of each listener that has one, by the listener's name; what is wrong is reported.</summary>
    public static Dictionary<string, ClientCertificatePolicy> Prepare(
        IReadOnlyList<ListenerOptions> listeners, ConfigurationContext context)
    {
        var policies = new Dictionary<string, ClientCertificatePolicy>(StringComparer.Ordinal);
        foreach (var listener in listeners)
        {
            if (listener.ClientCertificates is { } options
                && Prepare(options, $"Listeners:{listener.Name}:ClientCertificates", context) is { } policy)
                policies[listener.Name] = policy;
        }

        return policies;
    }

    private static ClientCertificatePolicy? Prepare(
        ClientCertificateOptions options, string path, ConfigurationContext context)
    {
        var now = DateTimeOffset.UtcNow;
        var problems = new List<CertificateProblem>();
        var authorities = ClientAuthorities.Load(options.CaFile, now, problems);
        var usable = Report($"{path}:CaFile", problems, context) && authorities.Count > 0;

        problems.Clear();
        var lists = options.CrlFile is { } file ? RevocationLists.Load(file, authorities, now, problems) : [];
        usable &= Report($"{path}:CrlFile", problems, context);
        return usable
            ? new ClientCertificatePolicy(options.Required, [.. authorities.Select(authority => authority.Der)], lists)
            : null;
    }

    private static bool Report(string path, List<CertificateProblem> problems, ConfigurationContext context)
    {
        foreach (var problem in problems)
        {
            context.Report(new ConfigurationProblem(path, problem.Message, problem.Mend)
            {
                Severity = problem.Severity == ProblemSeverity.Error
                    ? ConfigurationProblemSeverity.Error
                    : ConfigurationProblemSeverity.Warning,
            });
        }

        return problems.TrueForAll(problem => problem.Severity != ProblemSeverity.Error);
    }
}
