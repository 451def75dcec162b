using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Rotation;

/// <summary>Installs a certificate where a change of keys may be under way, and records that the key has changed.</summary>
internal static class KeySwitch
{
    /// <summary>Checks a chain and installs it, as <see cref="CertificateImport.Run"/> does.</summary>
    /// <param name="target">The file that the configuration names, held.</param>
    /// <param name="chain">What a CA sent.</param>
    /// <param name="signerSpki">The public key on the token.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// How it ended, and until when the key before it is kept; null when it is for the same key, or no change is under way.
    /// </returns>
    /// <exception cref="RotationException">What is recorded cannot be read.</exception>
    /// <exception cref="IOException">It could not be written; the message says whether the chain was.</exception>
    public static (ImportResult Result, DateTimeOffset? OldKeyUntil) Install(
        RotationLock target, CertificateChain chain, ReadOnlyMemory<byte> signerSpki, DateTimeOffset now)
    {
        var state = RotationFile.Load(target.Chain);
        var result = CertificateImport.Run(chain, target.Chain, signerSpki, now);
        if (state.IsEmpty || result.Outcome == ImportOutcome.Refused || ConfiguredChains.KeyOf(chain) is not { } key)
            return (result, null);

        var settled = state.Settle(key, now);
        Save(target.Chain, settled);
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
