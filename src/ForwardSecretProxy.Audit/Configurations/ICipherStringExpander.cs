namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Knows what an OpenSSL cipher string stands for.</summary>
public interface ICipherStringExpander
{
    /// <summary>The library that says so, with its version.</summary>
    string Library { get; }

    /// <summary>The suites of a cipher string (openssl-ciphers(1)).</summary>
    /// <exception cref="FormatException">It selects nothing; the message says so.</exception>
    CipherStringExpansion Expand(string cipherString);
}

/// <summary>What a cipher string stands for.</summary>
/// <param name="Selected">The codes of the suites it selects, the preferred first, those of TLS 1.3 before all.</param>
/// <param name="Supported">Those among them that the security level lets a handshake use.</param>
/// <param name="SecurityLevel">
/// The level (SSL_CTX_set_security_level(3)): the string's own, or else that of this machine's build and openssl.cnf.
/// </param>
public sealed record CipherStringExpansion(
    IReadOnlyList<ushort> Selected, IReadOnlyList<ushort> Supported, int SecurityLevel);
