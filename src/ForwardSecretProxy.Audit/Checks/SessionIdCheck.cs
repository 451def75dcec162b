using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Resumption by session ID in TLS 1.2 and before, and for how long it is honoured.</summary>
public sealed class SessionIdCheck(CheckLimits limits) : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "session-id-resumption",
        "Sessions kept for resumption before TLS 1.3",
        "The server keeps the master secret of each session that it can resume, and that secret opens the recorded session and all "
        + "that resumed it. Whoever reads the server's memory opens what is still in the cache.",
        [
            "RFC 5246 sections 7.3 and F.1.4", "RFC 9325 sections 3.4 and 7.3",
            "Springall, Durumeric, Halderman: Measuring the Security Harm of TLS Crypto Shortcuts, IMC 2016",
        ],
        ResumptionMends.SessionIds);

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var ids = seen.SessionIds;
        return [ids.Resumes switch
        {
            Answer.Yes => Resumes(ids),
            Answer.No => Description.Pass("No session is resumed by its ID."),
            _ when ids.Assigned == Answer.No => Description.Pass("Sessions get no ID."),
            _ when seen.SpeaksBefore13() == Answer.No => Description.Pass("Nothing before TLS 1.3 is spoken."),
            _ => Description.UnexaminedVital("Whether sessions are resumed by their ID was not learnt.", seen.GapsAbout("session", "resum")),
        }];
    }

    private Finding Resumes(SessionIdObservation ids)
    {
        if (ids.HonouredSeconds > limits.Secrets.TotalSeconds)
        {
            return Description.Failure(
                $"A TLS 1.2 session was resumed by its ID after {Duration.ToText(ids.HonouredSeconds.Value)}: its secret is kept longer than {Duration.ToText(limits.Secrets)}.")
                .For(PastSessions.ClosedButRecent);
        }

        return (ids.RefusedSeconds is { } refused
            ? Description.Note($"TLS 1.2 sessions are resumed by their ID, and refused once they are {Duration.ToText(refused)} old.", Evidence(ids))
            : Description.Warning("TLS 1.2 sessions are resumed by their ID, so the secrets of recent ones are in the server's memory; for how long was not seen.", Evidence(ids)))
            .For(PastSessions.ClosedButRecent);
    }

    private static IEnumerable<string> Evidence(SessionIdObservation ids) =>
        ids.HonouredSeconds is { } honoured ? [$"resumed at an age of {Duration.ToText(honoured)}"] : [];
}
