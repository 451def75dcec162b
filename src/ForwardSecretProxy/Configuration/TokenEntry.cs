using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Tokens</c>; see <see cref="TokenOptions"/> for what each key means.</summary>
/// <param name="Name">The entry's name, for messages and logs.</param>
/// <param name="Options">Which token, and how to log in.</param>
/// <param name="MaxSignaturesPerSecond">
/// <c>MaxSignaturesPerSecond</c>: the most signatures that one key makes in a second for others, when the token is behind a
/// signer process. Default: as many as the token makes. Example: <c>500</c>.
/// </param>
/// <param name="PinKey">The key that says where the PIN comes from; null for a token that needs none.</param>
/// <param name="PinValue">What stands at that key: a path or a name, never a PIN.</param>
internal sealed record TokenEntry(
    string Name, TokenOptions Options, int? MaxSignaturesPerSecond, string? PinKey, string? PinValue);
