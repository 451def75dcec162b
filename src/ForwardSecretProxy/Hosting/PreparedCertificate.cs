using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.Hosting;

/// <summary>A certificate whose chain and key passed every check.</summary>
/// <param name="Options">Where both came from.</param>
/// <param name="Certificate">What the TLS engine gets.</param>
/// <param name="KeyAlgorithm">The key in words, such as <c>ECDSA P-256</c>.</param>
/// <param name="Key">The key and the token that holds it.</param>
/// <param name="FirstToExpire">The certificate of the chain that expires first.</param>
internal sealed record PreparedCertificate(
    CertificateOptions Options, TlsCertificate Certificate, string KeyAlgorithm, OpenedKey Key, CertificateFacts FirstToExpire)
{
    /// <summary>The entry's chain and those of its spares, whether their keys are there or not.</summary>
    public required IReadOnlyList<PreparedChain> Chains { get; init; }

    /// <summary>Which of <see cref="Served"/> is in use; null when the entry has one key only.</summary>
    public KeyChoice? Choice { get; init; }

    /// <summary>The chains that can be served, the one to be preferred first.</summary>
    public IReadOnlyList<PreparedChain> Served => [.. Chains.Where(chain => chain.Certificate is not null)];

    /// <summary>The chain that clients get now.</summary>
    public PreparedChain InUse => Served[Choice?.Current ?? 0];

    /// <summary>All of the keys, of the spares too, in order of preference.</summary>
    public IEnumerable<PreparedKey> Keys => Chains.SelectMany(chain => chain.Keys);
}
