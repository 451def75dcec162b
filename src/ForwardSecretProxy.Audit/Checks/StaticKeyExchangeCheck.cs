using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Session keys that come from a key the server keeps: RSA, static (EC)DH, shared keys, Kerberos, GOST, or none.</summary>
public sealed class StaticKeyExchangeCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "static-key-exchange",
        "Key exchange with a key that the server keeps",
        "With RSA, static DH or static ECDH the session key can be computed from the recording and the server's private key, "
        + "at any time later: one key opens years of traffic. A shared key, a Kerberos or a GOST key does the same.",
        [
            "RFC 8446 section 1.2: static RSA and Diffie-Hellman removed from TLS 1.3", "RFC 9325 section 4.1",
            "draft-ietf-tls-deprecate-obsolete-kex: Deprecating Obsolete Key Exchange Methods in (D)TLS 1.2",
            "RFC 5246 section F.1.1.2", "RFC 4279 section 7.1",
        ],
        Mends.Of(
            nginx: "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; ssl_prefer_server_ciphers on;",
            apache: "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20 and SSLHonorCipherOrder on",
            haproxy: "ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
            postfix: "tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20, smtpd_tls_mandatory_ciphers = high and smtpd_tls_ciphers = high",
            dovecot: "ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20",
            fsp: "nothing: no such suite can be switched on"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var unknown = seen.Spoken().SelectMany(version =>
            version.UnknownSuites.Select(code => $"{version.Version.ToText()}: {code}")).ToList();
        if (unknown.Count > 0)
            yield return Description.UnexaminedVital("The server chose suites that no registry has, so what their keys come from is not known.", unknown);

        var unlisted = seen.Spoken().Where(version => version.Suites.Count + version.Ssl2Suites.Count == 0).ToList();
        if (unlisted.Count > 0 || seen.Spoken().FirstOrDefault() is null)
        {
            yield return Description.UnexaminedVital(
                unlisted.Count > 0
                    ? $"Which suites are accepted in {string.Join(", ", unlisted.Select(version => version.Version.ToText()))} was not learnt."
                    : "Which versions and suites are accepted was not learnt.",
                seen.GapsAbout("suite", "version", "handshake"));
        }

        var exposure = SuiteExposure.Of(seen, IsStatic);
        if (exposure != PastSessions.Closed)
            yield return Description.Failure(Message(exposure), Evidence(seen)).For(exposure);
        else if (unknown.Count + unlisted.Count == 0 && seen.Spoken().Any())
            yield return Description.Pass("Every suite that is accepted makes its keys anew for each session.");
    }

    private static bool IsStatic(CipherSuite suite) => !suite.IsEphemeral;

    private static string Message(PastSessions exposure) => exposure == PastSessions.Open
        ? "The server agrees on session keys with a key that it keeps, for clients that offer better or without having better to offer."
        : "The server agrees on session keys with a key that it keeps, for clients that offer nothing better.";

    private static IEnumerable<string> Evidence(EndpointObservation seen) => seen.Spoken()
        .SelectMany(version => version.Ssl2Suites.Select(name => $"{version.Version.ToText()}: {name}"))
        .Concat(seen.SuiteLines(IsStatic));
}
