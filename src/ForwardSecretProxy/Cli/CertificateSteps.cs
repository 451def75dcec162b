using System.Globalization;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Rotation;

namespace ForwardSecretProxy.Cli;

/// <summary>Finds what is to be done about one certificate, in words with the commands that do it.</summary>
/// <param name="command">The commands.</param>
/// <param name="now">The time.</param>
internal sealed class CertificateSteps(CommandText command, DateTimeOffset now)
{
    // More make no line that anybody reads.
    private const int MaxNames = 5;

    private readonly List<StatusStep> _steps = [];

    /// <summary>What was found, what matters most first.</summary>
    public IReadOnlyList<StatusStep> All =>
        _steps.Exists(step => step.IsDue) ? [.. _steps.OrderBy(step => !step.IsDue)] : _steps;

    /// <summary>Something that is wrong.</summary>
    public void AddProblem(string text) => _steps.Add(new StatusStep(text, IsDue: true));

    /// <summary>What a chain asks for by itself.</summary>
    public void AddChain(CertificateChain chain)
    {
        if (chain.Leaf is null)
            AddProblem($"there is no certificate yet: `{command.For("fsp csr --dns NAME")}`, send it to your CA, "
                + $"`{command.For("fsp cert import FULLCHAIN")}`");
        foreach (var problem in chain.Check(now, signerSpki: null).Where(problem => problem.Severity == ProblemSeverity.Error))
            AddProblem($"{problem.Message}. {problem.Mend}");
        if (chain.Certificates.MinBy(certificate => certificate.NotAfter) is { } first && now <= first.NotAfter)
            AddExpiry(first, chain.DnsNames);
    }

    /// <summary>What renewal by ACME has come to.</summary>
    public void AddRenewal(RenewalPlan plan, AcmeOrderOptions order) =>
        _steps.Add(new StatusStep(plan.Describe(order, now), IsDue: plan.State.LastError is not null));

    /// <summary>What the change of its key asks for.</summary>
    public void AddKeys(KeyGenerations keys, RotationState state)
    {
        if (keys.Next is not null)
        {
            _steps.Add(new StatusStep($"waiting for the certificate of the next key: {state.Next!.Request} goes to your CA, its answer "
                + $"to `{command.For("fsp cert import FULLCHAIN")}`", IsDue: false));
        }

        foreach (var old in keys.Old)
            AddOld(old);
        foreach (var key in keys.Unrecorded)
        {
            _steps.Add(new StatusStep($"nothing is recorded of the key {key.Uri}, and no certificate here is for it; `fsp key destroy` "
                + "if nobody needs it", IsDue: false));
        }
    }

    private void AddExpiry(CertificateFacts first, IReadOnlyList<string> names)
    {
        var from = ChainRules.RenewFrom(first);
        if (now <= from)
            _steps.Add(new StatusStep($"nothing before {Date(from)}", IsDue: false));
        else
            AddProblem($"renew within {Left(first.NotAfter - now)}: `{command.For($"fsp csr {Options(names)}")}` for the same key, or "
                + $"`{command.For("fsp key rotate")}` for a new one");
    }

    private void AddOld(OldGeneration old)
    {
        if (old.Users.Count > 0)
            _steps.Add(new StatusStep($"the old key {old.Key.Uri} stays: it is, or may be, that of {string.Join(", ", old.Users)}", IsDue: false));
        else if (old.DestroyAfter <= now)
            AddProblem($"destroy the old key {old.Key.Uri}, kept until {Date(old.DestroyAfter)}: `{command.For("fsp key rotate")}`");
        else
            _steps.Add(new StatusStep($"the old key {old.Key.Uri} is to be destroyed after {Date(old.DestroyAfter)}: then "
                + $"`{command.For("fsp key rotate")}`", IsDue: false));
    }

    private static string Options(IReadOnlyList<string> names) => names.Count is > 0 and <= MaxNames
        ? string.Join(' ', names.Select(name => $"--dns {CommandText.Quote(name)}"))
        : "--dns NAME";

    private static string Left(TimeSpan left) => left.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays} days")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours} hours");

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
