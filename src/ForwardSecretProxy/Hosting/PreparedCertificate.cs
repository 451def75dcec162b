using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.Hosting;

/// <summary>A certificate whose chain and key passed every check.</summary>
/// <param name="Options">Where both came from.</param>
/// <param name="Certificate">What the TLS engine gets.</param>
/// <param name="Chains">The entry's chain and those of its spares, whether their keys are there or not.</param>
internal sealed record PreparedCertificate(
    CertificateOptions Options, TlsCertificate Certificate, IReadOnlyList<PreparedChain> Chains)
{
    /// <summary>The chains that can be served, the one to be preferred first.</summary>
    public IReadOnlyList<PreparedChain> Served { get; } = [.. Chains.Where(chain => chain.Certificate is not null)];

    /// <summary>Which of <see cref="Served"/> is in use; null when the entry has one key only.</summary>
    public KeyChoice? Choice => (KeyChoice?)Certificate.Choice;

    /// <summary>The chain that clients get now.</summary>
    public PreparedChain InUse => Served[Choice?.Current ?? 0];

    /// <summary>The preferred key and the token that holds it.</summary>
    public OpenedKey Key => Served[0].Opened.First();

    /// <summary>The preferred key in words, such as <c>ECDSA P-256</c>.</summary>
    public string KeyAlgorithm => Served[0].KeyAlgorithm;

    /// <summary>The certificate of the preferred chain that expires first.</summary>
    public CertificateFacts FirstToExpire => Served[0].FirstToExpire!;

    /// <summary>All of the keys, of the spares too, in order of preference.</summary>
    public IEnumerable<PreparedKey> Keys => Chains.SelectMany(chain => chain.Keys);
}
