using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Admin;

/// <summary>Everything that the status page and <c>fsp status</c> show. It names no client, no path and no PIN.</summary>
/// <param name="Version">The version of fsp.</param>
/// <param name="OpenSsl">The OpenSSL that it uses.</param>
/// <param name="Now">When this was put together.</param>
/// <param name="Started">When the server started.</param>
/// <param name="State"><c>ready</c>, <c>notReady</c> or <c>draining</c>.</param>
/// <param name="Readiness">What <c>/readyz</c> answers.</param>
/// <param name="Warnings">What somebody should look at, worst first.</param>
/// <param name="Policy">What is offered to clients.</param>
/// <param name="Listeners">Where clients connect.</param>
/// <param name="Certificates">What they are shown, and the keys.</param>
/// <param name="Tokens">Where the keys are.</param>
/// <param name="Load">How much there is to do.</param>
/// <param name="History">The last hour.</param>
internal sealed record StatusDocument(
    string Version,
    string OpenSsl,
    DateTimeOffset Now,
    DateTimeOffset Started,
    string State,
    ReadinessStatus Readiness,
    IReadOnlyList<StatusWarning> Warnings,
    StatusPolicy Policy,
    IReadOnlyList<StatusListener> Listeners,
    IReadOnlyList<StatusCertificate> Certificates,
    IReadOnlyList<StatusToken> Tokens,
    StatusLoad Load,
    StatusHistory History);

/// <summary>Something to look at.</summary>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>, which asks for nothing.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Message">What is the matter, as a sentence.</param>
internal sealed record StatusWarning(string Severity, string Subject, string Message);

/// <summary>What is offered.</summary>
/// <param name="Versions">TLS versions, newest first.</param>
/// <param name="Groups">Key exchange groups, most preferred first.</param>
/// <param name="Resumption">Whether returning clients may skip the signature.</param>
internal sealed record StatusPolicy(
    IReadOnlyList<string> Versions, IReadOnlyList<string> Groups, bool Resumption);

/// <summary>A listener.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Protocol"><c>http</c>, <c>redirect</c>, <c>smtp</c>, <c>imap</c>, <c>pop3</c>, <c>sieve</c> or <c>tcp</c>.</param>
/// <param name="Certificates">The names of its certificates.</param>
/// <param name="Backends">Where a relay's connections go; empty for others.</param>
internal sealed record StatusListener(
    string Name, string Address, string Protocol, IReadOnlyList<string> Certificates, IReadOnlyList<StatusBackend> Backends);

/// <summary>A relay's backend.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Answers">Whether it did when it was last tried.</param>
/// <param name="Connections">How many connections it has from here.</param>
internal sealed record StatusBackend(string Address, bool Answers, int Connections);

/// <summary>A certificate and its key.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="DnsNames">What it is good for.</param>
/// <param name="NotBefore">When the first certificate of its chain to expire became valid.</param>
/// <param name="NotAfter">When it expires.</param>
/// <param name="DaysLeft">How long that is.</param>
/// <param name="KeyAlgorithm">Such as <c>ECDSA P-256</c>.</param>
/// <param name="Key">The key's URI without its query.</param>
/// <param name="Token">The label of the token that holds it.</param>
/// <param name="Schemes">The signature schemes that it makes.</param>
/// <param name="CannotSign">Why it does not sign now; null when it does.</param>
/// <param name="GatePassed">Whether the key gate let it pass.</param>
/// <param name="Gate">Everything that the key gate looked at.</param>
internal sealed record StatusCertificate(
    string Name,
    IReadOnlyList<string> DnsNames,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    double DaysLeft,
    string KeyAlgorithm,
    string Key,
    string Token,
    IReadOnlyList<string> Schemes,
    string? CannotSign,
    bool GatePassed,
    IReadOnlyList<StatusFinding> Gate)
{
    /// <summary>All of its keys, where it has spares or the same key on several tokens; otherwise empty.</summary>
    public IReadOnlyList<StatusKey> Keys { get; init; } = [];

    /// <summary>How often another key had to stand in, since the start or the last change of the keys.</summary>
    public long FailOvers { get; init; }
}

/// <summary>One of a certificate's keys.</summary>
/// <param name="Role"><c>primary</c>, or <c>spare</c> and its number; with <c>key</c> and a number where there are several.</param>
/// <param name="Key">The key's URI without its query.</param>
/// <param name="Token">The label of its token; empty while that is not there.</param>
/// <param name="State"><c>inUse</c>, <c>standby</c>, <c>failing</c> or <c>absent</c>.</param>
/// <param name="Problem">Why it does not sign; null when it does.</param>
/// <param name="NotAfter">When its chain expires; null when that cannot be read.</param>
internal sealed record StatusKey(
    string Role, string Key, string Token, string State, string? Problem, DateTimeOffset? NotAfter);

/// <summary>One line of the key gate's report.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Wanted">What a key that cannot leave its token has there.</param>
/// <param name="Found">What was found.</param>
/// <param name="Passed">Whether it is as wanted.</param>
internal sealed record StatusFinding(string Check, string Wanted, string Found, bool Passed);

/// <summary>A token.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Model">Its model, in its maker's words.</param>
/// <param name="SessionsOpen">Sessions that are open.</param>
/// <param name="SessionsInUse">Sessions that sign now.</param>
/// <param name="SessionsLimit">The most sessions there may be.</param>
/// <param name="Queued">Handshakes that wait for one.</param>
internal sealed record StatusToken(
    string Label, string Model, long SessionsOpen, long SessionsInUse, long SessionsLimit, long Queued)
{
    /// <summary>
    /// What its signer has done with each key since it was started, for this proxy and others; empty for a token in this
    /// process, and when the signer does not answer.
    /// </summary>
    public IReadOnlyList<KeyUse> Keys { get; init; } = [];
}

/// <summary>How much there is to do.</summary>
/// <param name="ConnectionsOpen">Client connections now.</param>
/// <param name="ConnectionsLimit">The most at once.</param>
/// <param name="ConnectionsAccepted">Since the start.</param>
/// <param name="ConnectionsTurnedAway">Closed at once for want of room, since the start.</param>
/// <param name="HandshakesRunning">Handshakes now.</param>
/// <param name="HandshakesQueued">Connections that wait for their turn.</param>
/// <param name="RequestsActive">Requests now.</param>
/// <param name="SignaturesRefused">Blocks that were not signed because no TLS server signs such, since the start.</param>
internal sealed record StatusLoad(
    long ConnectionsOpen,
    long ConnectionsLimit,
    long ConnectionsAccepted,
    long ConnectionsTurnedAway,
    long HandshakesRunning,
    long HandshakesQueued,
    long RequestsActive,
    long SignaturesRefused);

/// <summary>The last hour, minute by minute; the last one still runs.</summary>
/// <param name="FirstMinute">When the first of the minutes began.</param>
/// <param name="Counts">What was counted, by dimension: see <see cref="Admin.History"/>.</param>
/// <param name="Signatures">How long tokens took for a signature.</param>
internal sealed record StatusHistory(
    DateTimeOffset FirstMinute,
    IReadOnlyDictionary<string, IReadOnlyList<StatusSeries>> Counts,
    IReadOnlyList<StatusLatencies> Signatures);

/// <summary>How often one value came up in each minute.</summary>
/// <param name="Name">The value.</param>
/// <param name="PerMinute">Oldest first.</param>
internal sealed record StatusSeries(string Name, IReadOnlyList<long> PerMinute);

/// <summary>How long a token took for a signature in each minute, in milliseconds; null where it made none.</summary>
/// <param name="Token">The token's label.</param>
/// <param name="PerMinute">How many signatures.</param>
/// <param name="P50">Half of them took no longer.</param>
/// <param name="P99">99 in 100 of them took no longer.</param>
internal sealed record StatusLatencies(
    string Token, IReadOnlyList<long> PerMinute, IReadOnlyList<double?> P50, IReadOnlyList<double?> P99);
