using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Whose sessions are open when some suites protect nothing: all clients', or only those that offer nothing better.</summary>
internal static class SuiteExposure
{
    /// <summary>What suites that give a session away mean, by who comes to use them.</summary>
    public static PastSessions Of(EndpointObservation seen, Func<CipherSuite, bool> isOpen)
    {
        var spoken = seen.Spoken().ToList();
        if (!spoken.Any(version => version.Ssl2Suites.Count > 0 || version.Suites.Any(isOpen)))
            return PastSessions.Closed;
        var hasBetter = spoken.Any(version => version.Suites.Any(suite => !isOpen(suite)));
        return !hasBetter || spoken.Any(version => Prefers(version, isOpen)) ? PastSessions.Open : PastSessions.SomeAreOpen;
    }

    // Its suites are in the order in which the server chose them; the choice is its own only where its preference decides.
    private static bool Prefers(VersionObservation version, Func<CipherSuite, bool> isOpen) =>
        version.ServerPreference == Answer.Yes && version.Suites.Count > 0 && isOpen(version.Suites[0])
        && version.Suites.Any(suite => !isOpen(suite));
}
