using System.Security.Cryptography;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Acme;

/// <summary>What is known, without asking anybody, of when a certificate is renewed.</summary>
internal sealed class RenewalPlan
{
    /// <summary>How long an answer of the authority holds when it does not say.</summary>
    private static readonly TimeSpan UsualPause = TimeSpan.FromHours(6);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>By then whoever looks as often as the timer, or <c>fsp acme run</c>, has tried several times.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly string _file;

    private RenewalPlan(string file, CertificateChain chain, RenewalState state, string? reason)
    {
        _file = file;
        Chain = chain;
        Reason = reason;
        var fingerprint = chain.Leaf is { } leaf ? Convert.ToHexStringLower(SHA256.HashData(leaf.Der.Span)) : null;
        // What is remembered of another certificate, its failures too, is over.
        State = state.Certificate == fingerprint ? state : new RenewalState { Certificate = fingerprint };
    }

    /// <summary>What the file holds now.</summary>
    public CertificateChain Chain { get; }

    /// <summary>Why the certificate has to be replaced whatever its age; null when it has not.</summary>
    public string? Reason { get; }

    /// <summary>What is remembered.</summary>
    public RenewalState State { get; private set; }

    /// <summary>Looks at a certificate's chain and at what is remembered of it.</summary>
    /// <param name="certificate">One with an <see cref="CertificateOptions.Acme"/>.</param>
    public static RenewalPlan Load(CertificateOptions certificate) => Load(certificate, CertificateChain.Load(certificate.Chain));

    /// <inheritdoc cref="Load(CertificateOptions)"/>
    /// <param name="certificate">One with an <see cref="CertificateOptions.Acme"/>.</param>
    /// <param name="chain">Its chain, read already.</param>
    public static RenewalPlan Load(CertificateOptions certificate, CertificateChain chain) =>
        new(certificate.Chain, chain, RenewalState.Load(certificate.Chain), FindReason(chain, certificate.Acme!));

    /// <summary>When the first certificate of the chain expires, its own or one above it; null when there is none.</summary>
    public DateTimeOffset? End => Chain.Certificates.Count == 0 ? null : Chain.Certificates.Min(certificate => certificate.NotAfter);

    /// <summary>Whether there is a file, whatever it holds.</summary>
    public bool HasFile => File.Exists(_file);

    /// <summary>When it is renewed; where nobody has decided that yet, when it will be at the latest.</summary>
    public DateTimeOffset RenewAt =>
        State.RenewAt ?? (Chain.Leaf is { } leaf ? RenewalWindow.Of(leaf.NotBefore, leaf.NotAfter).End : DateTimeOffset.MinValue);

    /// <summary>Whether both are about the same certificate.</summary>
    public bool IsAbout(RenewalPlan other) => State.Certificate == other.State.Certificate;

    /// <summary>Whether the authority should be asked when to renew, or nobody has decided yet.</summary>
    public bool ShouldAsk(DateTimeOffset now) =>
        Reason is null && (State.Window is null || State.AskAgainAt is { } again && again <= now);

    /// <summary>Whether it is to be renewed now; a failed try may still ask for patience.</summary>
    public bool IsDue(DateTimeOffset now) => Reason is not null || State.RenewAt is { } at && at <= now || End < now;

    /// <summary>Whether that should have happened, a failed try at least, if anybody looked.</summary>
    public bool IsOverdue(DateTimeOffset now) => now > RenewAt + Grace || End < now;

    /// <summary>
    /// When something is to be done next; null for never by itself: a token that has refused a PIN locks after a few more tries.
    /// </summary>
    public DateTimeOffset? Next(DateTimeOffset now)
    {
        if (State.PinRefused) return null;
        if (IsDue(now)) return State.NotBefore is { } wait && wait > now ? wait : now;
        var renew = State.RenewAt ?? now;
        return State.AskAgainAt is { } again && again < renew ? again : renew;
    }

    /// <summary>Decides on the window that the authority suggests, or on the usual one.</summary>
    /// <param name="advice">The authority's; null when it gives none, to anybody.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">Draws the moment.</param>
    public void Decide(RenewalAdvice? advice, DateTimeOffset now, Random random)
    {
        var leaf = Chain.Leaf!;
        var window = advice?.Window ?? RenewalWindow.Of(leaf.NotBefore, leaf.NotAfter);
        State = State with
        {
            Window = window,
            // Drawn once for each window: to draw again each time one looks would be to come at its beginning.
            RenewAt = State.Window == window && State.RenewAt is { } drawn ? drawn : window.Pick(random),
            AskAgainAt = advice is null ? null : now + Clamp(advice.AskAgain ?? UsualPause),
        };
        State.Save(_file);
    }

    /// <summary>Remembers that a try failed.</summary>
    /// <param name="error">Why.</param>
    /// <param name="pinRefused">Whether it was because of the PIN.</param>
    /// <param name="wish">When the authority wants to be asked again; null when it did not say.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">Spreads the next try.</param>
    public void Fail(string error, bool pinRefused, TimeSpan? wish, DateTimeOffset now, Random random)
    {
        var failures = State.Failures + 1;
        State = State with
        {
            Failures = failures,
            NotBefore = now + BackOff.After(failures, wish, random),
            LastError = error,
            PinRefused = pinRefused,
        };
        try
        {
            State.Save(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever looks again in the same process still knows, and is told why it failed.
        }
    }

    private static string? FindReason(CertificateChain chain, AcmeOrderOptions order)
    {
        if (chain.Leaf is not { } leaf) return "there is no certificate yet";
        if (leaf.IsSelfSigned) return "the certificate is self-signed";
        return order.Names.Except(chain.DnsNames).ToList() is [_, ..] missing ? $"the certificate is not for {string.Join(", ", missing)}" : null;
    }

    private static TimeSpan Clamp(TimeSpan pause) =>
        pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
}
