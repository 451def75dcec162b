using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Rotation;

/// <summary>
/// Changes the key of a certificate, a step with each run. The label of the key is its role and stays; the keys of that
/// label are told apart by the chain, so the configuration never changes, and the switch is the import of a certificate.
/// </summary>
/// <param name="certificate">The certificate.</param>
/// <param name="uri">Its key, named by label.</param>
/// <param name="token">The token.</param>
/// <param name="all">All certificates of the configuration: whose keys are in use.</param>
/// <param name="clock">What time it is.</param>
internal sealed class KeyRotation(
    CertificateOptions certificate, Pkcs11Uri uri, TokenOptions token, IReadOnlyList<CertificateOptions> all, TimeProvider clock)
{
    /// <summary>Does the step that is due.</summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait for the token.</param>
    /// <exception cref="RotationException">It cannot be done as things are.</exception>
    /// <exception cref="TokenException">The token failed, or made a key that does not pass the gate.</exception>
    public async Task<RotationOutcome> RunAsync(RotationSettings settings, CancellationToken cancellationToken)
    {
        var label = RequireLabel();
        // A dry run changes nothing, so it needs no right to write either.
        using var alone = settings.IsDryRun ? null : RotationLock.Take(certificate.Chain);
        var chain = CertificateChain.Load(certificate.Chain);
        var chains = ConfiguredChains.Read(all);
        var current = ConfiguredChains.KeyOf(chain) ?? throw new RotationException($"{certificate.Chain} holds no certificate whose "
            + "key could be changed. The first one is requested with `fsp csr` and installed with `fsp cert import`.");
        var state = RotationFile.LoadSettled(certificate.Chain, current, clock.GetUtcNow());
        state = state with { Keep = settings.Keep ?? state.Keep };

        var source = token.Pin ?? uri.PinSource;
        using var held = source is PinPrompt prompt ? new HeldPin(prompt) : null;
        // One session at a time, for tokens that have no more.
        using var opened = Token.Open(token with { Sessions = 1, Pin = held ?? source });
        if (!opened.Info.IsNamedBy(uri))
            throw new RotationException($"the key {uri} is not on this token ({opened.Info.Describe()}).");
        var work = new RotationWork(opened, label, certificate.Chain, clock);
        var keys = KeyGenerations.Of(state, work.List(uri), chains);
        if (keys.Current is null)
            throw new RotationException($"the key that {certificate.Chain} is for is not among the keys {uri} on the token; "
                + "`fsp cert status` shows what is there. Put that right first.");

        state = state with { Old = [.. state.Old.Where(old => keys.Old.Any(each => each.Key.PublicKey!.Matches(old.PublicKey)))] };
        var plan = RotationPlan.Decide(keys, settings.Request, clock.GetUtcNow());
        if (settings.IsDryRun)
            return new RotationOutcome(plan, keys, state, []);
        if (plan.Step != RotationStep.MakeNext)
            RotationFile.Save(certificate.Chain, state);
        return plan.Step switch
        {
            RotationStep.MakeNext => await work.MakeNextAsync(plan, keys, state, chain.Leaf!, settings, cancellationToken),
            RotationStep.AwaitCertificate => await work.RequestAsync(plan, keys, state, chain.Leaf!, settings, cancellationToken),
            RotationStep.DestroyOld or RotationStep.Abandon => work.Destroy(plan, keys, state),
            _ => new RotationOutcome(plan, keys, state, []),
        };
    }

    private string RequireLabel() => uri is { Label: { } label, Id: null } ? label : throw new RotationException(
        $"{certificate.KeyPath} is {uri}, which can never mean another key. Name the key by its label alone, as in "
        + "pkcs11:token=fsp;object=web: that is every key with the label, and the chain says which of them is used.");
}

/// <summary>How a step of a change of keys is to be done.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Kind">The kind of the next key; null for that of the current one.</param>
/// <param name="Keep">How long old keys are kept; null to leave that as it is.</param>
/// <param name="RequestFile">Where the certificate request goes; null for where it went, or beside the chain.</param>
/// <param name="IsDryRun">Whether it is only said what would be done.</param>
internal sealed record RotationSettings(
    RotationRequest Request, KeyKind? Kind = null, TimeSpan? Keep = null, string? RequestFile = null, bool IsDryRun = false);

/// <summary>What came of it.</summary>
/// <param name="Plan">The step.</param>
/// <param name="Keys">The keys on the token: before it, but for a next key that it made.</param>
/// <param name="State">What is recorded after it.</param>
/// <param name="Written">The files that it wrote besides the record.</param>
internal sealed record RotationOutcome(
    RotationPlan Plan, KeyGenerations Keys, RotationState State, IReadOnlyList<string> Written);
