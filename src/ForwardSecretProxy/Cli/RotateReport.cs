using System.Globalization;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Cli;

/// <summary>What <c>fsp key rotate</c> tells, as text or JSON.</summary>
/// <param name="Certificate">The certificate's name.</param>
/// <param name="Step">The step that was due.</param>
/// <param name="DryRun">Whether it was only said.</param>
/// <param name="Message">What was done, in words.</param>
/// <param name="Next">What comes next, in words.</param>
/// <param name="NextKey">The key that waits for its certificate; null when there is none.</param>
/// <param name="Request">The file with its certificate request; null without such a key.</param>
/// <param name="Destroyed">The URIs of the keys that the step destroys.</param>
/// <param name="KeptUntil">When the first of the old keys that stay is due; null when there is none.</param>
internal sealed record RotateReport(
    string Certificate,
    RotationStep Step,
    bool DryRun,
    string Message,
    string Next,
    string? NextKey,
    string? Request,
    IReadOnlyList<string> Destroyed,
    DateTimeOffset? KeptUntil)
{
    /// <summary>Puts together what is told.</summary>
    /// <param name="outcome">What came of the run.</param>
    /// <param name="isDryRun">Whether nothing was done.</param>
    /// <param name="certificate">The certificate's name.</param>
    /// <param name="file">The configuration, for the commands that come next.</param>
    public static RotateReport Of(RotationOutcome outcome, bool isDryRun, string certificate, string file)
    {
        var (plan, keys, state, written) = outcome;
        var isNextThere = keys.Next is not null && plan.Step is not RotationStep.Abandon;
        var request = isNextThere ? state.Next?.Request : null;
        var command = new CommandText(file, certificate);
        return new RotateReport(
            certificate, plan.Step, isDryRun, Describe(outcome, isDryRun, certificate, written.Count > 0),
            NextOf(plan, isDryRun, request, command),
            isNextThere ? keys.Next!.Uri.ToString() : null, request,
            [.. plan.Destroyed.Select(key => key.Uri.ToString())], plan.KeptUntil);
    }

    /// <summary>Writes it for a person.</summary>
    public void WriteText(TextWriter output)
    {
        output.WriteLine(Message);
        output.WriteLine($"Next: {Next}");
    }

    private static string Describe(RotationOutcome outcome, bool isDryRun, string certificate, bool wroteRequest)
    {
        var (plan, keys, state, _) = outcome;
        return plan.Step switch
        {
            RotationStep.MakeNext when isDryRun => $"Would make the next key of certificate \"{certificate}\".",
            RotationStep.MakeNext => $"Made the next key of certificate \"{certificate}\": {Describe(keys.Next!)}. Its request is "
                + $"{state.Next!.Request}.",
            RotationStep.AwaitCertificate => $"The next key of certificate \"{certificate}\" waits for its certificate: "
                + $"{Describe(keys.Next!)}. Its request {(wroteRequest ? "was written to" : "is")} {state.Next!.Request}.",
            RotationStep.DestroyOld => $"{(isDryRun ? "Would destroy" : "Destroyed")} {List(plan.Destroyed)}, which certificate "
                + $"\"{certificate}\" was for before.",
            RotationStep.Abandon => $"{(isDryRun ? "Would destroy" : "Destroyed")} {List(plan.Destroyed)}, which was to be next for "
                + $"certificate \"{certificate}\".",
            RotationStep.KeepOld => $"The old key of certificate \"{certificate}\" is kept until {Date(plan.KeptUntil!.Value)}.",
            _ => $"No change of the key of certificate \"{certificate}\" has begun.",
        };
    }

    private static string NextOf(RotationPlan plan, bool isDryRun, string? request, CommandText command) => plan.Step switch
    {
        _ when isDryRun => "the same command without --dry-run.",
        _ when request is not null =>
            $"send {request} to your CA, then `{command.For("fsp cert import FULLCHAIN")}`.",
        RotationStep.KeepOld =>
            $"after that `{command.For("fsp key rotate")}` destroys it. Until then `fsp cert import` of the old chain goes back.",
        _ when plan.KeptUntil is { } until => $"another old key is kept until {Date(until)}.",
        RotationStep.Nothing => $"`{command.For("fsp key rotate")}` without --continue begins one.",
        _ => "nothing; the change is done.",
    };

    private static string List(IEnumerable<TokenKeyInfo> keys) => string.Join(", ", keys.Select(Describe));

    private static string Describe(TokenKeyInfo key) => $"{key.PublicKey} key {key.Uri}";

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
