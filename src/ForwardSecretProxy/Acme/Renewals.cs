using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Acme;

/// <summary>Looks after the certificates that are got by ACME, once each time it is asked to.</summary>
/// <param name="options">The configuration.</param>
/// <param name="keys">Opens keys on tokens. Only what is due has the tokens opened.</param>
/// <param name="connect">Reaches an account's authority.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Draws the moments of renewal.</param>
internal sealed class Renewals(
    ProxyOptions options, KeyOpener keys, Func<AcmeAccountOptions, AcmeTransport> connect, TimeProvider time, Random random)
{
    /// <summary>Goes through the certificates once.</summary>
    /// <param name="name">Only this one; null for all.</param>
    /// <param name="force">Whether to renew what is not due, and not to wait after failures.</param>
    /// <param name="cancellationToken">Ends it; a certificate that is not done stays as it was.</param>
    public async Task<IReadOnlyList<RenewalOutcome>> RunAsync(string? name, bool force, CancellationToken cancellationToken)
    {
        var outcomes = new List<RenewalOutcome>();
        var authorities = new Dictionary<string, Authority>(StringComparer.Ordinal);
        try
        {
            foreach (var certificate in options.Certificates.Where(each => each.Acme is not null && (name ?? each.Name) == each.Name))
                outcomes.Add(await RunAsync(certificate, force, authorities, cancellationToken));
            return outcomes;
        }
        finally
        {
            foreach (var authority in authorities.Values) authority.Dispose();
        }
    }

    private async Task<RenewalOutcome> RunAsync(
        CertificateOptions certificate, bool force, Dictionary<string, Authority> authorities, CancellationToken cancellationToken)
    {
        var plan = RenewalPlan.Load(certificate);
        if (plan.State.PinRefused && !force)
            return Describe(certificate, plan, RenewalResult.Waiting, plan.State.LastError);
        try
        {
            var authority = Find(certificate.Acme!.Account, authorities);
            if (plan.ShouldAsk(time.GetUtcNow())) await AskAsync(plan, authority, cancellationToken);
            var now = time.GetUtcNow();
            if (!force && plan.Next(now) > now)
                return Describe(certificate, plan, plan.IsDue(now) ? RenewalResult.Waiting : RenewalResult.NotDue, plan.State.LastError);
            await RenewAsync(certificate, plan, authority, cancellationToken);
            var renewed = RenewalPlan.Load(certificate);
            await AskAsync(renewed, authority, cancellationToken);
            return Describe(certificate, renewed, RenewalResult.Renewed, null);
        }
        catch (Exception exception) when (exception
            is AcmeException or RotationException or SigningException or TokenException or IOException or UnauthorizedAccessException)
        {
            var message = exception.Message.TrimEnd('.');
            plan.Fail(message, IsPinRefused(exception), (exception as AcmeException)?.RetryAfter, time.GetUtcNow(), random);
            return Describe(certificate, plan, RenewalResult.Failed, message);
        }
    }

    private async Task RenewAsync(
        CertificateOptions certificate, RenewalPlan plan, Authority authority, CancellationToken cancellationToken)
    {
        var order = certificate.Acme!;
        // From before the token is opened until the chain is in its place: nobody changes the key under a renewal, or renews beside it.
        using var alone = RotationLock.Take(certificate.Chain);
        if (!RenewalPlan.Load(certificate).IsAbout(plan))
            throw new RotationException($"{certificate.Chain} has been replaced by another command just now");
        var client = await authority.ClientAsync(cancellationToken);
        // The one in use stays in use; a next one, which the URI may name too, has a certificate of its own to wait for.
        using var key = await keys(
            certificate.Key, certificate.KeyPath, plan.Chain.Leaf?.SubjectPublicKeyInfo, cancellationToken);
        var replaces = plan.Reason is null && plan.Chain.Leaf is { } before ? RenewalId.Of(before.Der) : null;
        var chain = await new CertificateIssuance(client, order, options.ChallengeFolders(order.Challenge), time)
            .RunAsync(key.Signer, replaces, cancellationToken);
        var (result, _) = KeySwitch.Install(alone, chain, key.Signer.SubjectPublicKeyInfo, time.GetUtcNow());
        if (result.Outcome == ImportOutcome.Refused)
        {
            throw new AcmeException("what the authority sent cannot be served: "
                + string.Join("; ", result.Problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => problem.Message)));
        }
    }

    /// <summary>An authority that cannot be asked now is no reason to fail: the certificate is good for long.</summary>
    private async Task AskAsync(RenewalPlan plan, Authority authority, CancellationToken cancellationToken)
    {
        RenewalAdvice? advice;
        try
        {
            advice = await authority.AdviseAsync(plan.Chain.Leaf!.Der, cancellationToken);
        }
        catch (AcmeException)
        {
            // The window that is known stays, or the usual one holds, until the next time.
            advice = new RenewalAdvice(plan.State.Window, null);
        }

        plan.Decide(advice, time.GetUtcNow(), random);
    }

    // Found out when the token is opened, or by a key that wants the PIN for each signature.
    private static bool IsPinRefused(Exception exception) =>
        (exception as TokenException ?? exception.InnerException as TokenException)?.IsPinRefused == true;

    private Authority Find(string account, Dictionary<string, Authority> authorities)
    {
        if (authorities.TryGetValue(account, out var found)) return found;
        var entry = options.Acme.First(each => each.Name == account);
        return authorities[account] = new Authority(entry, connect(entry), keys, time);
    }

    private RenewalOutcome Describe(CertificateOptions certificate, RenewalPlan plan, RenewalResult result, string? message) =>
        new(certificate.Name, result, plan.Chain.Leaf?.NotAfter, plan.Next(time.GetUtcNow()), message);
}
