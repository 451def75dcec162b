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
    public IReadOnlyList<StatusStep> All => [.. _steps.Distinct().OrderBy(step => !step.IsDue)];

    /// <summary>Something that is wrong.</summary>
    public void AddProblem(string text) => _steps.Add(new StatusStep(text, IsDue: true));

    /// <summary>What a chain asks for that is requested from a CA by hand.</summary>
    public void AddChain(CertificateChain chain)
    {
        if (chain.Leaf is null)
            AddProblem($"there is no certificate yet: `{command.For("fsp csr --dns NAME")}`, send it to your CA, `{command.Import}`");
        AddFaults(chain, now);
        if (chain.Certificates.MinBy(certificate => certificate.NotAfter) is { } first && now <= first.NotAfter)
            AddExpiry(first, chain.DnsNames);
    }

    /// <summary>What a chain asks for that <c>fsp acme</c> renews: nobody sends a request, and its end is the renewal's to prevent.</summary>
    public void AddRenewed(RenewalPlan plan, AcmeOrderOptions order)
    {
        if (plan.HasFile)
            AddFaults(plan.Chain, plan.End is { } end && end < now ? end : now);
        var (state, by, force) = (plan.State, $"by ACME ({order.Account})", command.For("fsp acme renew --force"));
        var failure = state.LastError is { } error ? $"; the last try failed: {error}" : "";
        if (state.PinRefused)
            AddProblem($"it is not renewed {by} any more{failure}. Put the right PIN there, then `{force}`");
        else if (plan.Reason is { } reason)
            AddProblem($"{reason}: `{force}` gets one {by}{failure}");
        else if (plan.IsDue(now) && failure.Length > 0)
            AddProblem($"to be renewed {by}{failure}. It is tried again from {Time(plan.Next(now)!.Value)} on, and now by `{force}`");
        else if (plan.IsOverdue(now))
            AddProblem($"it should have been renewed {by}, and nobody has tried: does fsp-acme.timer run, or `fsp acme run`? `{force}` does it now");
        else
            _steps.Add(new StatusStep($"renewed {by} from {Time(plan.RenewAt)} on{failure}", IsDue: false));
    }

    /// <summary>What the change of its key asks for.</summary>
    public void AddKeys(KeyGenerations keys, RotationState state)
    {
        if (keys.Next is not null)
        {
            _steps.Add(new StatusStep($"waiting for the certificate of the next key: {state.Next!.Request} goes to your CA, its answer "
                + $"to `{command.Import}`", IsDue: false));
        }

        foreach (var old in keys.Old)
            AddOld(old);
        foreach (var key in keys.Unrecorded)
        {
            _steps.Add(new StatusStep($"nothing is recorded of the key {key.Uri}, and no certificate here is for it; `fsp key destroy` "
                + "if nobody needs it", IsDue: false));
        }
    }

    private void AddFaults(CertificateChain chain, DateTimeOffset at)
    {
        foreach (var problem in chain.Check(at, signerSpki: null).Where(problem => problem.Severity == ProblemSeverity.Error))
            AddProblem($"{problem.Message}. {problem.Mend}");
    }

    private void AddExpiry(CertificateFacts first, IReadOnlyList<string> names)
    {
        var from = ChainRules.RenewFrom(first);
        if (now <= from)
            _steps.Add(new StatusStep($"nothing before {Date(from)}", IsDue: false));
        else
            AddProblem($"renew within {Left(first.NotAfter - now)}: `{command.For($"fsp csr {Options(names)}")}` for the same key"
                + (command.CanRotate ? $", or `{Rotate}` for a new one" : ""));
    }

    private void AddOld(OldGeneration old)
    {
        if (old.Users.Count > 0)
            _steps.Add(new StatusStep($"the old key {old.Key.Uri} stays: it is, or may be, that of {string.Join(", ", old.Users)}", IsDue: false));
        else if (old.DestroyAfter <= now)
            AddProblem($"destroy the old key {old.Key.Uri}, kept until {Date(old.DestroyAfter)}: `{Rotate}`");
        else
            _steps.Add(new StatusStep($"the old key {old.Key.Uri} is to be destroyed after {Date(old.DestroyAfter)}: then "
                + $"`{Rotate}`", IsDue: false));
    }

    // A spare's key that was changed has been an entry's, in this configuration or another.
    private string Rotate => command.CanRotate ? command.For("fsp key rotate") : "fsp key destroy";

    private static string Options(IReadOnlyList<string> names) => names.Count is > 0 and <= MaxNames
        ? string.Join(' ', names.Select(name => $"--dns {CommandText.Quote(name)}"))
        : "--dns NAME";

    private static string Left(TimeSpan left) => left.TotalDays >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays} days")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours} hours");

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
