using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Rotation;

/// <summary>What is asked of a change of keys besides its next step.</summary>
/// <param name="MayBegin">Whether it may begin; otherwise only what was begun goes on.</param>
/// <param name="DestroyNow">Whether old keys are destroyed before their time.</param>
/// <param name="Abandon">Whether the next key is destroyed instead.</param>
internal sealed record RotationRequest(bool MayBegin = true, bool DestroyNow = false, bool Abandon = false);

/// <summary>The one step that is due.</summary>
/// <param name="Step">What it is.</param>
/// <param name="Destroyed">The keys that it destroys.</param>
/// <param name="KeptUntil">When the first of the old keys that stay is due; null when there is none.</param>
internal sealed record RotationPlan(RotationStep Step, IReadOnlyList<TokenKeyInfo> Destroyed, DateTimeOffset? KeptUntil)
{
    /// <summary>Finds the step that is due.</summary>
    /// <exception cref="RotationException">What is asked for cannot be done.</exception>
    public static RotationPlan Decide(KeyGenerations keys, RotationRequest request, DateTimeOffset now)
    {
        // A key that a chain is for is not touched, whatever is recorded and whoever asks.
        var free = keys.Old.Where(old => old.Users.Count == 0).ToList();
        var due = free.Where(old => request.DestroyNow || old.DestroyAfter <= now).Select(old => old.Key).ToList();
        var kept = free.Where(old => !due.Contains(old.Key)).Select(old => (DateTimeOffset?)old.DestroyAfter).Min();
        if (request.Abandon)
        {
            return keys.Next is { } unused
                ? new RotationPlan(RotationStep.Abandon, [unused], kept)
                : throw new RotationException("there is no next key that could be abandoned. An old one goes with --destroy-now.");
        }

        if (due.Count > 0)
            return new RotationPlan(RotationStep.DestroyOld, due, kept);
        if (request.DestroyNow)
            throw new RotationException(keys.Old is [var old, ..]
                ? $"the old key {old.Key.Uri} stays: {string.Join(", ", old.Users)} of Certificates may be for it."
                : "there is no old key that could be destroyed. The next one goes with --abandon.");
        if (keys.Next is not null)
            return new RotationPlan(RotationStep.AwaitCertificate, [], kept);
        if (kept is not null)
            return new RotationPlan(RotationStep.KeepOld, [], kept);
        return new RotationPlan(request.MayBegin ? RotationStep.MakeNext : RotationStep.Nothing, [], null);
    }
}

/// <summary>A step of a change of keys.</summary>
internal enum RotationStep
{
    /// <summary>Make the next key and its certificate request.</summary>
    MakeNext,

    /// <summary>The next key is there and its certificate is not.</summary>
    AwaitCertificate,

    /// <summary>The time of old keys is over.</summary>
    DestroyOld,

    /// <summary>An old key is kept for some time yet.</summary>
    KeepOld,

    /// <summary>The next key is not wanted any more.</summary>
    Abandon,

    /// <summary>No change of keys has begun.</summary>
    Nothing,
}
