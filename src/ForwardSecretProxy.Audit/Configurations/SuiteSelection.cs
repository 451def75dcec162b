using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>The suites that a cipher string stands for, as the installed OpenSSL expands it.</summary>
public sealed record SuiteSelection
{
    /// <summary>Those of TLS 1.2 and before, the preferred first, without those that need shared keys or passwords.</summary>
    public IReadOnlyList<CipherSuite> Older { get; init; } = [];

    /// <summary>Those of TLS 1.3.</summary>
    public IReadOnlyList<CipherSuite> Tls13 { get; init; } = [];

    /// <summary>The library that expanded it, with its security level.</summary>
    public string ExpandedBy { get; init; } = "";

    /// <summary>Why it could not be expanded; null when it could.</summary>
    public string? Problem { get; init; }

    /// <summary>Expands what is written for the older versions, and for TLS 1.3 if anything is.</summary>
    internal static SuiteSelection Of(string cipherString, string? tls13, ICipherStringExpander expander)
    {
        CipherStringExpansion expansion;
        try
        {
            expansion = expander.Expand(cipherString);
        }
        catch (FormatException exception)
        {
            return new SuiteSelection { ExpandedBy = expander.Library, Problem = exception.Message };
        }

        // OpenSSL does not take the security level into account before the handshake. When the string itself sets one, it
        // holds wherever the server runs; otherwise it is the machine's, which need not be this one.
        var codes = cipherString.Contains("@SECLEVEL", StringComparison.Ordinal) ? expansion.Supported : expansion.Selected;
        var suites = codes.Select(CipherSuites.Find).OfType<CipherSuite>().ToList();
        return new SuiteSelection
        {
            Older = [.. suites.Where(suite => !NeedsSharedSecret(suite) && suite.KeyExchange != KeyExchange.Separate)],
            Tls13 = tls13 is null
                ? [.. suites.Where(suite => suite.KeyExchange == KeyExchange.Separate)]
                : [.. tls13.Split(':').Select(CipherSuites.Find).OfType<CipherSuite>()],
            ExpandedBy = $"{expander.Library} at security level {expansion.SecurityLevel}",
        };
    }

    // A server has them only with callbacks for the secrets, which none of the programs sets.
    private static bool NeedsSharedSecret(CipherSuite suite) => suite.KeyExchange is KeyExchange.Psk or KeyExchange.RsaPsk
        or KeyExchange.DhePsk or KeyExchange.EcdhePsk or KeyExchange.Srp;
}
