namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Finds the one token that is meant.</summary>
internal static class TokenSelector
{
    /// <summary>The token that all given criteria match.</summary>
    /// <exception cref="TokenException">None or several do; the message lists what is there.</exception>
    public static TokenInfo Select(IReadOnlyList<TokenInfo> tokens, TokenOptions options)
    {
        if (options is { Label: null, Serial: null, Slot: null })
            throw new TokenException("The token to use is not named: give its Label, Serial or Slot.");

        var matches = tokens.Where(token => Matches(token, options)).ToList();
        return matches switch
        {
            [var only] => only,
            [] => throw new TokenException($"There is no token with {Criteria(options)}. {Listing(tokens)}"),
            _ => throw new TokenException($"More than one token has {Criteria(options)}: {List(matches)}. "
                + "Give the Serial or the Slot as well."),
        };
    }

    private static bool Matches(TokenInfo token, TokenOptions options) =>
        token.Initialized
        && (options.Label is null || token.Label == options.Label)
        && (options.Serial is null || token.Serial == options.Serial)
        && (options.Slot is null || token.Slot == options.Slot);

    private static string Criteria(TokenOptions options) => string.Join(" and ", new[]
    {
        options.Label is { } label ? $"label \"{label}\"" : null,
        options.Serial is { } serial ? $"serial {serial}" : null,
        options.Slot is { } slot ? $"slot {slot}" : null,
    }.Where(part => part is not null));

    private static string Listing(IReadOnlyList<TokenInfo> tokens) => tokens.Any(token => token.Initialized)
        ? $"There are: {List(tokens)}."
        : "The module shows no initialised token; make one with `fsp token init`, and check that this user may read "
            + "the token's files and that the module's environment (SOFTHSM2_CONF) is set.";

    private static string List(IEnumerable<TokenInfo> tokens) =>
        string.Join("; ", tokens.Select(token => token.Describe()));
}
