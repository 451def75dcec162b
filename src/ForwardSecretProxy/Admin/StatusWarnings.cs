using System.Globalization;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// What somebody should look at, from the figures of a status. The alert rules in <c>config/</c> look at the same.
/// </summary>
internal static class StatusWarnings
{
    /// <summary>What must be mended.</summary>
    public const string Error = "error";

    /// <summary>What will have to be.</summary>
    public const string Warning = "warning";

    /// <summary>What asks for nothing.</summary>
    public const string Note = "note";

    /// <summary>Time to renew a certificate, or when a third of its life is left, where that is shorter.</summary>
    private const double RenewDays = 21;

    /// <summary>High time, or a ninth of its life.</summary>
    private const double UrgentDays = 7;

    /// <summary>What is wrong with <paramref name="status"/>, errors first.</summary>
    /// <param name="status">The figures.</param>
    /// <param name="problems">What was found in the configuration.</param>
    /// <param name="refused">What came of the last reload when it was refused.</param>
    public static IEnumerable<StatusWarning> Of(
        StatusDocument status, IReadOnlyList<ConfigurationProblem> problems, ReloadReport? refused) =>
        All(status, problems).Concat(OfReload(refused)).OrderBy(warning => warning.Severity switch
        {
            Error => 0,
            Warning => 1,
            _ => 2,
        });

    private static IEnumerable<StatusWarning> All(StatusDocument status, IReadOnlyList<ConfigurationProblem> problems)
    {
        foreach (var check in status.Readiness.Checks.Where(check => !check.Ok))
            yield return new(Error, check.Name, Sentence(check.Message ?? "it fails"));
        foreach (var certificate in status.Certificates)
        {
            if (Expiry(certificate) is { } expiry)
                yield return expiry;
            foreach (var warning in OfKeys(certificate, status.Now))
                yield return warning;
        }

        foreach (var warning in status.Listeners.SelectMany(OfBackends))
            yield return warning;
        foreach (var warning in OfLoad(status.Load).Concat(status.Tokens.SelectMany(OfToken)))
            yield return warning;
        foreach (var problem in problems.Where(problem => !problem.IsExpiry))
        {
            yield return new(Warning, problem.Path.Length == 0 ? "configuration" : problem.Path,
                $"{Sentence(problem.Message)} {problem.Mend}");
        }
    }

    private static IEnumerable<StatusWarning> OfKeys(StatusCertificate certificate, DateTimeOffset now)
    {
        var subject = $"certificate {certificate.Name}";
        foreach (var key in certificate.Keys)
        {
            var on = key.Token.Length == 0 ? "" : $" on token {key.Token}";
            if (key.Problem is { } problem)
                yield return new(Warning, subject, $"Its {key.Role}{on} does not sign: {problem.TrimEnd('.')}.");
            else if (key.State == "inUse" && key.Role.StartsWith("spare", StringComparison.Ordinal))
                yield return new(Warning, subject, $"Its {key.Role}{on} stands in; fsp reload relieves it, if that did not happen by itself.");
            // That of the first is in the certificate's own figures.
            if (key.Role.StartsWith("spare", StringComparison.Ordinal) && key.NotAfter < now.AddDays(RenewDays))
                yield return new(Warning, subject, $"Its {key.Role} has a chain that expires on {Date(key.NotAfter.Value)}. Renew it.");
        }
    }

    private static IEnumerable<StatusWarning> OfBackends(StatusListener listener) =>
        from backend in listener.Backends
        where !backend.Answers
        select new StatusWarning(
            listener.Backends.Any(other => other.Answers) ? Warning : Error, $"listener {listener.Name}",
            $"Its backend {backend.Address} did not answer when it was last tried; the log says why.");

    private static IEnumerable<StatusWarning> OfReload(ReloadReport? refused) =>
        from problem in refused?.Problems ?? []
        where problem.Severity == ConfigurationProblemSeverity.Error
        select new StatusWarning(Warning, problem.Path.Length == 0 ? "reload" : problem.Path,
            $"The last reload was refused: {problem.Message}. {problem.Mend}");

    private static StatusWarning? Expiry(StatusCertificate certificate)
    {
        var days = certificate.DaysLeft;
        var lifetime = (certificate.NotAfter - certificate.NotBefore).TotalDays;
        var when = Date(certificate.NotAfter);
        return days switch
        {
            < 0 => new(Error, $"certificate {certificate.Name}", $"It expired on {when}: clients refuse it."),
            _ when days < Math.Min(RenewDays, lifetime / 3) => new(
                days < Math.Min(UrgentDays, lifetime / 9) ? Error : Warning,
                $"certificate {certificate.Name}",
                $"It expires on {when}, in {Days(days)}. Renew it."),
            _ => null,
        };
    }

    private static IEnumerable<StatusWarning> OfLoad(StatusLoad load)
    {
        if (load.SignaturesRefused > 0)
        {
            yield return new(Error, "signatures", $"{Number(load.SignaturesRefused)} blocks were not signed because no TLS "
                + "server signs such: something in this process asks the token for what it must not.");
        }

        if (load.ConnectionsLimit > 0 && load.ConnectionsOpen * 5 >= load.ConnectionsLimit * 4)
        {
            yield return new(Warning, "connections", $"{Number(load.ConnectionsOpen)} of {Number(load.ConnectionsLimit)} are "
                + "open; beyond that clients are turned away (Limits:MaxConnections).");
        }

        if (load.HandshakesQueued > 0)
        {
            yield return new(Warning, "handshakes",
                $"{Number(load.HandshakesQueued)} connections wait for their turn to shake hands.");
        }
    }

    private static IEnumerable<StatusWarning> OfToken(StatusToken token)
    {
        foreach (var use in token.Keys.Where(use => use.Refused > 0))
        {
            yield return new(Error, $"token {token.Label}", $"Its signer was asked to sign {Number(use.Refused)} blocks with {use.Key} "
                + "that no TLS server signs: a process that may ask it was changed or taken over.");
        }

        if (token.Queued > 0)
        {
            yield return new(Warning, $"token {token.Label}", $"{Number(token.Queued)} handshakes wait for one of its "
                + $"{Number(token.SessionsLimit)} sessions: it signs more slowly than clients come.");
        }

        if (token.Model.StartsWith("SoftHSM", StringComparison.OrdinalIgnoreCase))
        {
            yield return new(Note, $"token {token.Label}",
                "It is SoftHSM, a token in files: whoever has the files and the PIN has the key. Recorded sessions stay "
                + "closed all the same.");
        }
    }

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Days(double days) =>
        days < 1 ? "less than a day" : days < 2 ? "1 day" : $"{Number((long)days)} days";

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Sentence(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
}
