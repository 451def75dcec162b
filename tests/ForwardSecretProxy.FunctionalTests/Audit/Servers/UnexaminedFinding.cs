using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A check that cannot answer at some servers.</summary>
/// <param name="Servers">A pattern of their names.</param>
/// <param name="Checks">A pattern of the checks' ids.</param>
/// <param name="Reason">Why not.</param>
internal sealed record UnexaminedFinding(string Servers, string Checks, string Reason)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<UnexaminedFinding> All { get; } =
    [
        new("^(openssl|certificate|stunnel|bouncycastle|scripted|apache)-", "^strict-transport-security$",
            "HTTP is asked for on its own ports, and where ALPN agrees on it"),
        new("^openssl-(static-psk|anonymous)$", "^(certificate-|must-staple$)", "the server shows no certificate"),
        new("^(openssl-static-psk|bouncycastle-static-ecdh)$",
            "^(tls12-tickets|ticket-key-lifetime|ticket-lifetime-hint|session-id-resumption|client-renegotiation)$",
            "it takes a complete handshake, for which a shared key or a certificate of the client's is wanted"),
        new("-tickets$|^stunnel-old$|^nginx-browser$", "^ticket-key-lifetime$", "how long a ticket key lives is seen by watching only"),
    ];

    /// <summary>Whether it says no more than that something is not known, for one of the reasons above.</summary>
    public static bool IsExpected(string server, Finding finding) => finding.Level == FindingLevel.Unexamined
        && All.Any(each => Regex.IsMatch(server, each.Servers) && Regex.IsMatch(finding.Check, each.Checks));
}
