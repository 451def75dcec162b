using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Math;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>The size, the kind and the origin of the parameters of finite-field Diffie-Hellman in TLS 1.2 and before.</summary>
public sealed class DhParametersCheck : IEndpointCheck
{
    private const int Weak = 1024;
    private const int Recommended = 2048;

    // A composite that was chosen to deceive passes once in a million scans, since the tests' bases are random.
    private const int Certainty = 20;

    // A server may send half a million bits, whose test would take hours.
    private const int MaxTestedBits = 4096;

    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        "dh-parameters",
        "Finite-field Diffie-Hellman parameters",
        "Whoever can compute discrete logarithms modulo the server's prime opens every session that used it, without any secret of "
        + "the server. For 512 bits that takes minutes, for a 1024-bit prime that many servers share a state has to do it once. A "
        + "modulus that is no safe prime may hide a trapdoor or lets small subgroups leak the key.",
        [
            "Adrian et al., Imperfect Forward Secrecy (Logjam), CCS 2015", "RFC 9325 sections 4.1 and 4.5", "RFC 7919", "RFC 3526",
            "RFC 5114", "RFC 2785 (small subgroups)", "Merget et al., Raccoon, USENIX Security 2021",
        ],
        Mends.Of(
            nginx: "ssl_ciphers without DHE; or ssl_dhparam with a file of ffdhe2048 (RFC 7919)",
            apache: "SSLCipherSuite without DHE; or the parameters of ffdhe2048 in SSLOpenSSLConfCmd DHParameters",
            haproxy: "ssl-default-bind-ciphers without DHE; or tune.ssl.default-dh-param 2048",
            postfix: "smtpd_tls_exclude_ciphers = EDH; or smtpd_tls_dh1024_param_file = auto (3.7 and newer)",
            dovecot: "ssl_cipher_list without DHE; or ssl_dh with a file of ffdhe2048",
            fsp: "nothing: there is no finite-field Diffie-Hellman"));

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        if (seen.DhParameters.Count > 0)
            return seen.DhParameters.Select(Judge);
        if (seen.SuiteLines(UsesThem).Any())
            return [Description.Unexamined("DHE suites are accepted, but their parameters were not seen.", seen.GapsAbout("DHE", "DH ", "parameter"))];
        return [seen.Spoken().Any() && seen.SpeaksBefore13() != Answer.Unknown
            ? Description.Pass("No finite-field Diffie-Hellman with parameters of the server's own is accepted.")
            : Description.Unexamined("Whether finite-field Diffie-Hellman is accepted was not learnt.", seen.GapsAbout("suite", "version"))];
    }

    private static bool UsesThem(CipherSuite suite) =>
        suite.KeyExchange is KeyExchange.Dhe or KeyExchange.DhePsk or KeyExchange.AnonymousDh;

    private Finding Judge(DhParametersObservation parameters)
    {
        var prime = new BigInteger(parameters.Prime, 16);
        var generator = new BigInteger(parameters.Generator, 16);
        var name = KnownPrimes.NameOf(prime);
        string[] evidence =
        [
            $"{prime.BitLength} bits, generator {generator.ToString(parameters.Generator.Length > 4 ? 16 : 10)}"
            + (parameters.IsExport ? ", with an export suite" : ""),
            name is null ? "prime: of the server's own" : $"prime: {name}",
        ];

        var isTested = prime.BitLength <= MaxTestedBits && !IsStandard(name);
        if (!prime.TestBit(0) || isTested && !prime.IsProbablePrime(Certainty))
            return Description.Failure("The modulus of the Diffie-Hellman parameters is not a prime.", evidence).For(PastSessions.MayBeOpen);
        if (generator.CompareTo(BigInteger.One) <= 0 || generator.CompareTo(prime.Subtract(BigInteger.One)) >= 0)
            return Description.Failure("The generator of the Diffie-Hellman parameters makes every session key known.", evidence).For(PastSessions.Open);
        if (prime.BitLength <= Weak)
            return Description.Failure($"A Diffie-Hellman exchange modulo a prime of {prime.BitLength} bits can be computed backwards.", evidence).For(PastSessions.MayBeOpen);
        if (isTested && !prime.ShiftRight(1).IsProbablePrime(Certainty))
            return Description.Warning(NotSafe(name), evidence);
        if (prime.BitLength < Recommended)
            return Description.Warning($"The Diffie-Hellman prime has {prime.BitLength} bits; {Recommended} are the least today.", evidence);
        if (!isTested && name is null)
            return Description.Note($"The Diffie-Hellman modulus has {prime.BitLength} bits; whether it is a safe prime was not tested.", evidence);
        return Description.Pass($"Finite-field Diffie-Hellman uses {name ?? "a safe prime of the server's own"} with {prime.BitLength} bits.") with { Evidence = evidence };
    }

    // Safe primes by how they were made, and known by their hash.
    private static bool IsStandard(string? name) => name is not null
        && (name.StartsWith("RFC 7919", StringComparison.Ordinal) || name.StartsWith("RFC 3526", StringComparison.Ordinal) || name.StartsWith("RFC 2409", StringComparison.Ordinal));

    private static string NotSafe(string? name) => name?.StartsWith("RFC 5114", StringComparison.Ordinal) == true
        ? "The Diffie-Hellman parameters are of RFC 5114: no safe prime, with small subgroups that leak the key of whoever does not check."
        : "The Diffie-Hellman prime is not a safe one, and small subgroups may leak keys.";
}
