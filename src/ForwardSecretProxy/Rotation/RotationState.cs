using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Rotation;

/// <summary>
/// How far the change of a certificate's key has come. Keys are known by their public half: that is what a certificate
/// names, and what tells the keys of one label apart.
/// </summary>
internal sealed record RotationState
{
    /// <summary>
    /// How long an old key is kept unless somebody says otherwise: a week, in which what is wrong with a new certificate
    /// shows, weekends included, and in which the longest TTL that <c>fsp tlsa</c> writes has passed.
    /// </summary>
    public static readonly TimeSpan DefaultKeep = TimeSpan.FromDays(7);

    /// <summary>How long an old key is kept after the switch.</summary>
    public TimeSpan Keep { get; init; } = DefaultKeep;

    /// <summary>The key of the chain's leaf when it was last looked at; null before the first look.</summary>
    public SubjectPublicKey? Current { get; init; }

    /// <summary>The key that waits for its certificate; null when there is none.</summary>
    public NextKey? Next { get; init; }

    /// <summary>The keys that were used before, until they are destroyed.</summary>
    public IReadOnlyList<OldKey> Old { get; init; } = [];

    /// <summary>Whether no change is under way.</summary>
    public bool IsEmpty => Next is null && Old.Count == 0;

    /// <summary>
    /// What the state is now that the chain is for <paramref name="current"/>: a key that it was for before is an old one
    /// from now on. Going back is the same the other way round.
    /// </summary>
    public RotationState Settle(SubjectPublicKey current, DateTimeOffset now)
    {
        var old = Old.Where(key => !key.PublicKey.Matches(current)).ToList();
        if (Current is { } before && !before.Matches(current))
        {
            old.RemoveAll(key => key.PublicKey.Matches(before));
            old.Add(new OldKey(before, now));
        }

        return this with
        {
            Current = current,
            Next = Next?.PublicKey?.Matches(current) == true ? null : Next,
            Old = old,
        };
    }

    /// <summary>The state without one of the old keys.</summary>
    public RotationState Without(SubjectPublicKey old) =>
        this with { Old = [.. Old.Where(key => !key.PublicKey.Matches(old))] };
}

/// <summary>A key that waits for its certificate.</summary>
/// <param name="Id">Its CKA_ID in hexadecimal, recorded before the key is made: none is ever left over unknown.</param>
/// <param name="Made">When.</param>
/// <param name="Request">The file with its certificate request.</param>
/// <param name="PublicKey">Its public half; null until the token has made it.</param>
internal sealed record NextKey(string Id, DateTimeOffset Made, string Request, SubjectPublicKey? PublicKey = null);

/// <summary>A key that was used before.</summary>
/// <param name="PublicKey">Its public half.</param>
/// <param name="Replaced">When the chain of another key took the place of its chain.</param>
internal sealed record OldKey(SubjectPublicKey PublicKey, DateTimeOffset Replaced);
