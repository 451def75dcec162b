using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Rotation;

/// <summary>Which keys the chains of a configuration are for: what is served, or would be at the next start.</summary>
internal sealed class ConfiguredChains
{
    private readonly List<(string Name, SubjectPublicKey? Key, Pkcs11Uri? Uri)> _certificates;

    private ConfiguredChains(List<(string, SubjectPublicKey?, Pkcs11Uri?)> certificates) => _certificates = certificates;

    /// <summary>Reads the chains, those of spares too.</summary>
    public static ConfiguredChains Read(IEnumerable<CertificateOptions> certificates) => new([.. certificates
        .SelectMany(certificate => certificate.Alternatives).SelectMany(certificate => certificate.SingleKeys).Select(each =>
        (each.Name, KeyOf(CertificateChain.Load(each.Chain)), Pkcs11Uri.TryParse(each.Key, out var uri, out _) ? uri : null))]);

    /// <summary>The leaf's key; null when there is no leaf, or its key is of a kind that no token here has.</summary>
    public static SubjectPublicKey? KeyOf(CertificateChain chain)
    {
        try
        {
            return chain.Leaf is { } leaf ? SubjectPublicKey.Parse(leaf.SubjectPublicKeyInfo.Span) : null;
        }
        catch (TokenException)
        {
            return null;
        }
    }

    /// <summary>Whether a certificate is for a key.</summary>
    public bool Uses(TokenKeyInfo key) => _certificates.Exists(each => IsFor(each.Key, key));

    /// <summary>
    /// The certificates that are for a key, or whose chain cannot be read so that they may be; empty when it is in nobody's
    /// use.
    /// </summary>
    public IReadOnlyList<string> UsersOf(TokenKeyInfo key) =>
    [
        .. _certificates
            .Where(each => IsFor(each.Key, key) || each.Key is null && (each.Uri is null || key.IsNamedBy(each.Uri)))
            .Select(each => each.Name).Distinct(),
    ];

    private static bool IsFor(SubjectPublicKey? used, TokenKeyInfo key) => used is not null && key.PublicKey?.Matches(used) == true;
}
