namespace ForwardSecretProxy.Signers;

/// <summary>What the keeper of the workers is asked.</summary>
/// <param name="Reload">Whether it is to read its configuration again first.</param>
internal sealed record KeeperQuestion(bool Reload);

/// <summary>What it answers.</summary>
/// <param name="Tokens">The tokens of its configuration.</param>
/// <param name="Problems">What is wrong with the configuration that it was to read; the workers then stay as they were.</param>
internal sealed record KeeperAnswer(IReadOnlyList<KeptToken> Tokens, IReadOnlyList<string> Problems);

/// <summary>A token that has a worker.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Number">Its worker's: see <see cref="Signing.Remote.SignerAddress.Of"/>.</param>
/// <param name="QueueTimeoutMs">How long a handshake waits for a session.</param>
/// <param name="PinKey">The key that says where its PIN comes from.</param>
/// <param name="Problem">Why it has no token now; null when it has.</param>
/// <param name="IsPinRefused">Whether that is because of the PIN.</param>
internal sealed record KeptToken(
    string Name, int Number, long QueueTimeoutMs, string? PinKey, string? Problem, bool IsPinRefused);
