using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Rotation;

/// <summary>The keys on a token that a certificate's key URI names, each with its part in the change of keys.</summary>
/// <param name="Current">The key of the chain's leaf; null when the token does not have it.</param>
/// <param name="Next">The key that waits for its certificate; null when there is none.</param>
/// <param name="Old">The keys that were used before.</param>
/// <param name="Unrecorded">Keys that no chain is for and nothing is recorded of.</param>
internal sealed record KeyGenerations(
    TokenKeyInfo? Current,
    TokenKeyInfo? Next,
    IReadOnlyList<OldGeneration> Old,
    IReadOnlyList<TokenKeyInfo> Unrecorded)
{
    /// <summary>Puts together what is recorded and what there is.</summary>
    /// <param name="state">What is recorded, settled.</param>
    /// <param name="keys">The keys that the URI names.</param>
    /// <param name="chains">Which keys are in use.</param>
    public static KeyGenerations Of(RotationState state, IReadOnlyList<TokenKeyInfo> keys, ConfiguredChains chains)
    {
        var current = Find(keys, state.Current);
        // One that is in use, by whatever way that came to be, is not next any more.
        var next = keys.FirstOrDefault(key => key.Id == state.Next?.Id && !chains.Uses(key));
        var old = (from recorded in state.Old
                   let key = Find(keys, recorded.PublicKey)
                   where key is not null && key != next
                   select new OldGeneration(key, recorded.Replaced + state.Keep, chains.UsersOf(key))).ToList();
        var unrecorded = keys
            .Where(key => key != current && key != next && !old.Exists(each => each.Key == key) && chains.UsersOf(key).Count == 0);
        return new KeyGenerations(current, next, old, [.. unrecorded]);
    }

    private static TokenKeyInfo? Find(IReadOnlyList<TokenKeyInfo> keys, SubjectPublicKey? publicKey) =>
        publicKey is null ? null : keys.FirstOrDefault(key => key.PublicKey?.Matches(publicKey) == true);
}

/// <summary>A key that was used before and is on its token still.</summary>
/// <param name="Key">The key.</param>
/// <param name="DestroyAfter">Until when it is kept.</param>
/// <param name="Users">The certificates that are for it all the same; as long as there are any it stays.</param>
internal sealed record OldGeneration(TokenKeyInfo Key, DateTimeOffset DestroyAfter, IReadOnlyList<string> Users);
