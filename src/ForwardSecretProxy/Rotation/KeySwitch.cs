using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Rotation;

/// <summary>Installs a certificate where a change of keys may be under way, and records that the key has changed.</summary>
internal static class KeySwitch
{
    /// <summary>Checks a chain and installs it, as <see cref="CertificateImport.Run"/> does.</summary>
    /// <returns>
    /// How it ended, and until when the key before it is kept; null when it is for the same key, or no change is under way.
    /// </returns>
    /// <exception cref="RotationException">Another command works on the chain, or what is recorded cannot be read.</exception>
    /// <exception cref="IOException">It could not be written; the message says whether the chain was.</exception>
    public static (ImportResult Result, DateTimeOffset? OldKeyUntil) Install(
        string source, string target, ReadOnlyMemory<byte> signerSpki, DateTimeOffset now)
    {
        using var alone = RotationLock.Take(target);
        var state = RotationFile.Load(target);
        var result = CertificateImport.Run(source, target, signerSpki, now);
        if (state.IsEmpty || result.Outcome == ImportOutcome.Refused || ConfiguredChains.KeyOf(result.Chain) is not { } key)
            return (result, null);

        var settled = state.Settle(key, now);
        Save(target, settled);
        return (result, state.Current!.Matches(key) ? null : now + settled.Keep);
    }

    private static void Save(string target, RotationState state)
    {
        try
        {
            RotationFile.Save(target, state);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{target} is installed, and it cannot be recorded that its key is another one now: "
                + $"{exception.Message.TrimEnd('.')}. Mend that and run `fsp key rotate`, which records it; no key is destroyed "
                + "without the record.", exception);
        }
    }
}
