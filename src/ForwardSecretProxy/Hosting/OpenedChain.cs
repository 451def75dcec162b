using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>A chain with its keys and what is wrong with them.</summary>
internal sealed class OpenedChain
{
    private readonly List<ConfigurationContext> _keyProblems = [];
    private readonly IReadOnlyList<CertificateProblem> _problems;

    private OpenedChain(PreparedChain chain, List<ConfigurationContext> keyProblems)
    {
        Chain = chain;
        _keyProblems = keyProblems;
        _problems = chain.Chain.Check(DateTimeOffset.UtcNow, chain.Opened.FirstOrDefault()?.Signer.SubjectPublicKeyInfo);
    }

    /// <summary>The chain and its keys.</summary>
    public PreparedChain Chain { get; }

    /// <summary>Whether it can be served: nothing is wrong with it, and one of its keys is there.</summary>
    public bool IsUsable => _problems.All(problem => problem.Severity != ProblemSeverity.Error) && Chain.Opened.Any();

    /// <summary>Loads the chain and opens its keys.</summary>
    public static async Task<OpenedChain> OpenAsync(
        CertificateOptions options, string role, ISignerSource signers, ConfigurationContext context, CancellationToken cancellationToken)
    {
        var chain = CertificateChain.Load(options.Chain);
        var (keys, problems) = (new List<PreparedKey>(), new List<ConfigurationContext>());
        foreach (var (index, key) in options.SingleKeys.Index())
        {
            problems.Add(context.Aside());
            keys.Add(new PreparedKey(
                key,
                options.Keys.Count == 0 ? role : $"{role} key {index + 1}",
                await signers.OpenAsync(key, chain.Leaf?.SubjectPublicKeyInfo, problems[^1], cancellationToken)));
        }

        return new OpenedChain(new PreparedChain(options, role, chain, keys), problems);
    }

    /// <summary>Reports what is wrong with keys and chain.</summary>
    /// <param name="context">Takes it.</param>
    /// <param name="canDoWithout">Whether another key is there.</param>
    /// <param name="isSpare">Whether it is a spare's.</param>
    public void Report(ConfigurationContext context, bool canDoWithout, bool isSpare)
    {
        foreach (var (key, problems) in Chain.Keys.Zip(_keyProblems, (key, found) => (key, found.Problems)))
        {
            foreach (var problem in problems)
                context.Report(canDoWithout && problem.MayPass ? Bearable(problem) : problem);
            if (canDoWithout && key.Opened is null && problems.All(problem => problem.MayPass))
            {
                context.Report(Bearable(new ConfigurationProblem(key.Options.KeyPath,
                    $"it cannot be used now, so certificate {key.Options.Name} does without its {key.Role}",
                    "Plug its token in: it is taken into use by itself when it is there.")));
            }
        }

        // The primary is not to fall with a spare that nobody has renewed.
        var isBearable = canDoWithout && isSpare && Chain.Chain.Certificates.Any(each => each.NotAfter < DateTimeOffset.UtcNow);
        foreach (var problem in _problems)
        {
            var found = new ConfigurationProblem($"{Chain.Options.Path}:Chain", problem.Message, problem.Mend) { IsExpiry = problem.IsExpiry };
            context.Report(problem.Severity == ProblemSeverity.Error && !isBearable ? found : Bearable(found));
        }
    }

    /// <summary>Warns of names that clients would not find in this one.</summary>
    public void ReportMissingNames(IReadOnlyList<string> wanted, ConfigurationContext context)
    {
        var own = Chain.Chain.DnsNames;
        var missing = wanted.Where(name => !own.Contains(name) && !(name[0] != '*' && own.Any(each => DnsName.Covers(each, name)))).ToList();
        if (missing.Count > 0)
        {
            context.Report(Bearable(new ConfigurationProblem($"{Chain.Options.Path}:Chain",
                $"it is not for {string.Join(", ", missing)}, which the certificate that it stands in for is for",
                "Request it with the same names; clients that ask for these would refuse it.")));
        }
    }

    private static ConfigurationProblem Bearable(ConfigurationProblem problem) =>
        problem with { Severity = ConfigurationProblemSeverity.Warning };
}
