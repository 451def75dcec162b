using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Configuration;

/// <summary>One entry of <c>Tokens</c>; see <see cref="TokenOptions"/> for what each key means.</summary>
/// <param name="Name">The entry's name, for messages and logs.</param>
/// <param name="Options">Which token, and how to log in.</param>
/// <param name="PinKey">The key that says where the PIN comes from; null for a token that needs none.</param>
internal sealed record TokenEntry(string Name, TokenOptions Options, string? PinKey);
